"""`crossview validate`: what it prints in each form, how it ends, and what changes that."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from crossview.bank.files.fix import Fixed, fix
from tests.cli.command import crossview
from tests.cli.validate.conftest import Validate

LEADING = "Don't you agree that export is slow?"
BAD = f"""\
questions:
  - id: slow
    text: "{LEADING}"
  - id: pay
    text: >-
      Would you pay
      for it?
  - id: story
    text: Tell me about the last export.
"""
SAID = "“Don't” suggests the answer. Ask for what happened, or what they think, without saying what you expect."
PROPHECY = (
    "“Would you pay” asks for a prophecy, and people are too kind to say no. "
    "Ask about the last time they did something like it."
)
EXAMPLES = Path(__file__).parents[3] / "examples" / "question-bank"


@pytest.fixture(autouse=True)
def _bank(tmp_path: Path) -> None:
    (tmp_path / "a.bank.yaml").write_text(BAD)


def codes(output: str) -> list[str]:
    """The code of each finding in an output of the form json."""
    return [finding["code"] for finding in json.loads(output)["findings"]]


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_text_quotes_the_line_and_underlines_the_words(validate: Validate) -> None:
    ran = validate()

    assert ran.exit_code == 1
    assert ran.output == (
        f"a.bank.yaml:3:12: CV101 leading-question [error] {SAID}\n"
        "  |\n"
        '3 |     text: "Don\'t you agree that export is slow?"\n'
        "  |            ^^^^^\n"
        "\n"
        f"a.bank.yaml:6:7: CV303 hypothetical [warning] {PROPHECY}\n"
        "  |\n"
        "6 |       Would you pay\n"
        "  |       ^^^^^^^^^^^^^\n"
        "\n"
        "1 error, 1 warning in 3 questions in 1 file.\n"
    )


def test_clean_bank_ends_with_0(validate: Validate) -> None:
    write("a.bank.yaml", "questions:\n- {id: a, text: Tell me about the last export.}\n")
    ran = validate("a.bank.yaml")

    assert (ran.exit_code, ran.output) == (0, "Nothing found in 1 question in 1 file.\n")


def test_wide_and_combining_characters_keep_the_marks_in_place(validate: Validate) -> None:
    write("a.bank.yaml", 'questions:\n- id: a\n  text: "会議 e\u0301 😀, surely?"\n')
    quoted, marks = validate().output.split("\n")[2:4]

    assert quoted == '3 |   text: "会議 e\u0301 😀, surely?"'
    assert marks == "  |          " + " " * len("xxxx e xx, ") + "^^^^^^"


def test_long_line_is_shown_around_the_finding(validate: Validate) -> None:
    filler = "word " * 200
    write("a.bank.yaml", f'questions:\n- id: a\n  text: "{filler}, surely. {filler}?"\n')
    lines = validate("--select", "CV101").output.split("\n")

    assert lines[2].startswith("3 | …")
    assert lines[2].endswith("…")
    assert len(lines[2]) < 130
    assert lines[2][lines[3].index("^") : lines[3].rindex("^") + 1] == "surely"


def test_signs_that_steer_a_terminal_are_not_printed(validate: Validate) -> None:
    write("a.bank.yaml", 'questions:\n- id: a\n  text: "\u202eDon\'t you agree \u009b31m?"\n  \u009bx: y\n')

    assert not {"\u202e", "\u009b"} & set(validate().output)


def test_json_has_every_place(validate: Validate) -> None:
    whole = json.loads(validate("--format", "json").output)
    fingerprints = [finding.pop("fingerprint") for finding in whole["findings"]]

    assert len(set(fingerprints)) == 2
    assert whole == {
        "version": 1,
        "findings": [
            {
                "file": "a.bank.yaml", "line": 3, "column": 12, "length": 5, "code": "CV101", "name": "leading-question",
                "level": "error", "message": SAID, "question": "slow",
            },
            {
                "file": "a.bank.yaml", "line": 6, "column": 7, "length": 13, "code": "CV303", "name": "hypothetical",
                "level": "warning", "message": PROPHECY, "question": "pay",
            },
        ],
        "counts": {
            "files": 1, "questions": 3, "levels": {"error": 1, "warning": 1, "info": 0}, "suppressed": 0, "baseline": 0,
        },
        "note": "",
    }  # fmt: skip


def test_sarif_names_rule_region_and_fingerprint(validate: Validate) -> None:
    run = json.loads(validate("--format", "sarif").output)["runs"][0]
    first = run["results"][0]

    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "CV101"
    assert (first["level"], run["columnKind"]) == ("error", "unicodeCodePoints")
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a.bank.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 17},
            }
        }
    ]
    assert set(first["partialFingerprints"]) == {"crossview/v1"}


def test_junit_has_a_case_for_each_finding(validate: Validate) -> None:
    write("b.bank.yaml", "questions: []\n")
    root = ElementTree.fromstring(validate("--format", "junit").output)

    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        ("a.bank.yaml", "2", "2"),
        ("b.bank.yaml", "1", "0"),
    ]
    assert [failure.get("message") for failure in root.iter("failure")] == [SAID, PROPHECY]


def test_github_escapes_what_would_end_a_command(validate: Validate) -> None:
    Path("a.bank.yaml").rename("a,b:c.bank.yaml")

    assert validate("--format", "github", "--select", "CV1").output == (
        "::error file=a%2Cb%3Ac.bank.yaml,line=3,endLine=3,col=12,endColumn=17,"
        f"title=CV101 leading-question::{SAID}\n"
        "1 error in 3 questions in 1 file.\n"
    )


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_output_is_the_same_bytes_each_time(tmp_path: Path, form: str) -> None:
    runs = [crossview(tmp_path, "validate", "--format", form, PYTHONHASHSEED=seed) for seed in ("1", "2")]

    assert runs[0].stdout == runs[1].stdout != ""


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--select", "CV1"], ["CV101"]),
        (["--select", "CV303,cv101"], ["CV101", "CV303"]),
        (["--ignore", "CV1"], ["CV303"]),
        (["--select", "CV1", "--ignore", "CV101"], []),
    ],
)
def test_rules_are_selected_by_the_beginning_of_their_code(
    validate: Validate, options: list[str], found: list[str]
) -> None:
    assert codes(validate("--format", "json", *options).output) == found


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "error", "--select", "CV3"], 0),
        (["--fail-on", "info", "--select", "CV3"], 1),
        (["--select", "x"], 2),
        (["--format", "x"], 2),
        (["--explain", "CV999"], 2),
        (["--write-baseline"], 2),
        (["gone.yaml", "--fail-on", "never"], 2),
    ],
)
def test_exit_code_says_how_it_went(validate: Validate, options: list[str], code: int) -> None:
    assert validate(*options).exit_code == code


def test_folder_without_a_bank_is_no_success(validate: Validate) -> None:
    Path("empty").mkdir()
    ran = validate("empty")

    assert ran.exit_code == 2
    assert ran.output.startswith("Error: No question bank was found in empty.")


def test_statistics_count_each_rule(validate: Validate) -> None:
    assert "\n     1  CV101 leading-question\n     1  CV303 hypothetical\n\n1 error" in validate("--statistics").output


def test_another_language_is_said(validate: Validate) -> None:
    write("a.bank.yaml", f'language: de\nquestions:\n- {{id: a, text: "{LEADING}"}}\n')

    assert validate().output == (
        "1 question in another language than English: only the language-neutral rules ran on them.\n"
        "Nothing found in 1 question in 1 file.\n"
    )


STIFF = 'questions:\r\n- id: a # prior to\r\n  text: "Prior to that, what did you do?"'
PLAIN = STIFF.replace('"Prior to', '"Before')


def test_diff_shows_what_would_be_rewritten_and_writes_nothing(validate: Validate) -> None:
    Path("a.bank.yaml").write_bytes(STIFF.encode())
    ran = validate("--diff")

    assert ran.exit_code == 1
    assert ran.output_bytes.decode() == (
        "--- a.bank.yaml\n+++ a.bank.yaml\n@@ -1,3 +1,3 @@\n questions:\r\n - id: a # prior to\r\n"
        '-  text: "Prior to that, what did you do?"\n\\ No newline at end of file\n'
        '+  text: "Before that, what did you do?"\n\\ No newline at end of file\n'
    )
    assert Path("a.bank.yaml").read_bytes() == STIFF.encode()


def test_diff_ends_with_2_when_a_bank_cannot_be_read(validate: Validate) -> None:
    Path("a.bank.yaml").write_bytes(STIFF.encode())
    ran = validate("--diff", "a.bank.yaml", "gone.yaml")

    assert (ran.exit_code, ran.stdout[:15]) == (2, "--- a.bank.yaml")
    assert ran.stderr == "Error: gone.yaml cannot be read. Run the command without --diff to see why.\n"


def test_fix_rewrites_the_file_and_checks_what_is_left(validate: Validate) -> None:
    Path("a.bank.yaml").write_bytes(STIFF.encode())
    Path("a.bank.yaml").chmod(0o640)
    Path("link.bank.yaml").symlink_to("a.bank.yaml")
    ran = validate("link.bank.yaml", "--fix")

    assert (ran.exit_code, ran.stdout) == (0, "Nothing found in 1 question in 1 file.\n")
    assert ran.stderr == "1 place rewritten in 1 file.\n"
    assert Path("a.bank.yaml").read_bytes() == PLAIN.encode()
    assert (Path("a.bank.yaml").stat().st_mode & 0o777, Path("link.bank.yaml").is_symlink()) == (0o640, True)
    assert sorted(path.name for path in Path().iterdir()) == ["a.bank.yaml", "link.bank.yaml"]
    assert (validate("--diff").exit_code, validate("--diff").output) == (0, "")


@pytest.mark.parametrize("options", [("--ignore", "CV405"), ("--select", "CV1")])
def test_fix_rewrites_for_the_rules_that_are_selected(validate: Validate, options: tuple[str, ...]) -> None:
    Path("a.bank.yaml").write_bytes(STIFF.encode())
    validate("--fix", *options)

    assert Path("a.bank.yaml").read_bytes() == STIFF.encode()


def test_file_that_cannot_be_written_stays_as_it_was(validate: Validate, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    Path("a.bank.yaml").write_bytes(STIFF.encode())
    monkeypatch.setattr("crossview.cli.validate.mend.os.fsync", full)
    ran = validate("--fix")

    assert ran.output == "Error: a.bank.yaml cannot be written: No space left on device. It is as it was.\n"
    assert ran.exit_code == 1
    assert [path.name for path in Path().iterdir()] == ["a.bank.yaml"]
    assert Path("a.bank.yaml").read_bytes() == STIFF.encode()


def test_file_that_somebody_changed_meanwhile_is_not_written_over(
    validate: Validate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*arguments: Any) -> Fixed | None:
        Path("a.bank.yaml").write_text(BAD)
        return fix(*arguments)

    Path("a.bank.yaml").write_bytes(STIFF.encode())
    monkeypatch.setattr("crossview.cli.validate.mend.fix", overtaken)
    ran = validate("--fix")

    assert (ran.exit_code, ran.output) == (1, "Error: a.bank.yaml was changed meanwhile. Run the command again.\n")
    assert Path("a.bank.yaml").read_text() == BAD


def test_rules_are_listed_and_explained(validate: Validate) -> None:
    assert "CV101  error    leading-question            A question must not suggest" in validate("--list-rules").output
    explained = validate("--explain", "cv101").output
    assert explained.startswith("CV101 leading-question [error]\n\nA question must not suggest its own answer.\n")
    assert "Lets pass:\n" in explained


@pytest.mark.parametrize("file", ["pyproject.toml", "crossview.toml"])
def test_options_are_read_from_a_file_and_given_ones_win(validate: Validate, file: str) -> None:
    table = "tool.crossview.validate" if file == "pyproject.toml" else "validate"
    write(file, f'[{table}]\nignore = ["CV1"]\nfail-on = "never"\nformat = "json"\n')

    assert (codes(validate().output), validate().exit_code) == (["CV303"], 0)
    assert validate("--fail-on", "info").exit_code == 1


def test_file_of_options_above_counts_from_its_own_folder(validate: Validate, monkeypatch: pytest.MonkeyPatch) -> None:
    write("crossview.toml", '[validate]\npaths = ["a.bank.yaml"]\n')
    Path("deep").mkdir()
    monkeypatch.chdir("deep")

    assert validate().output.endswith("1 error, 1 warning in 3 questions in 1 file.\n")


@pytest.mark.parametrize(
    "text", ["[validate]\nselct = 1\n", "[validate", 'validate = "x"\n', "[validate]\nformat = 'x'\n"]
)
def test_file_of_options_that_cannot_be_used_is_told(validate: Validate, text: str) -> None:
    write("crossview.toml", text)
    ran = validate()

    assert ran.exit_code == 2
    assert ran.output.startswith("Error: ")
    assert ran.output.count("\n") == 1


def test_baseline_keeps_old_findings_away_when_lines_move(validate: Validate) -> None:
    assert validate("--baseline", "old.json", "--write-baseline").output == "2 findings are kept in old.json.\n"
    write("b.bank.yaml", "# moved\n\n" + BAD + "  - id: new\n    text: Would you pay twice?\n")
    Path("a.bank.yaml").unlink()
    ran = validate("--baseline", "old.json", "--format", "json")

    assert [finding["question"] for finding in json.loads(ran.output)["findings"]] == ["new"]
    assert json.loads(ran.output)["counts"]["baseline"] == 2


def test_baseline_that_is_none_is_told(validate: Validate) -> None:
    write("old.json", "{}")

    assert validate("--baseline", "old.json").exit_code == 2
    assert validate("--baseline", "gone.json").exit_code == 2


def test_bad_example_is_found_bad_and_the_good_one_good(validate: Validate) -> None:
    good = validate(str(EXAMPLES / "good.bank.yaml"))
    bad = validate(str(EXAMPLES / "bad.bank.yaml"), "--format", "json")

    assert (good.exit_code, good.output) == (0, "Nothing found in 4 questions in 1 file.\n")
    assert bad.exit_code == 1
    assert {"CV101", "CV201", "CV303"} <= set(codes(bad.output))
    assert json.loads(bad.output)["counts"]["suppressed"] == 1


def test_validating_imports_neither_framework_nor_driver_nor_plugin(tmp_path: Path) -> None:
    program = (
        "import sys, contextlib\n"
        "from crossview.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['validate'])\n"
        "heavy = {'litestar', 'asyncpg', 'uvicorn', 'procrastinate', 'pluggy', 'crossview_files', 'crossview_webhooks',\n"
        "  'httpx', 'markdown_it', 'crossview.app', 'crossview.scripts', 'crossview.plugin', 'crossview.foundation.db'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-1] == "[]"
