"""What is said about question banks outside of the code: the page, the schema, the hook and the action agree with it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from crossview.bank.files.discover import is_bank
from crossview.bank.files.entries import TAKES, Entry, QuestionBank
from crossview.bank.files.read import read_bank
from crossview.bank.wording.lint import all_rules, lint
from crossview.bank.wording.rulebook import Rulebook
from crossview.cli.commands import main, validate
from crossview.cli.validate.report import rules

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "question-banks.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of code on the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("name", "text"), [("a.yaml", blocks("yaml")[0]), ("a.md", blocks("markdown")[0])])
def test_bank_on_the_page_is_read_and_good(name: str, text: str) -> None:
    file = read_bank(name, text.encode())

    assert file.faults == []
    assert len(file.bank.questions) == 2
    assert [finding for question in file.bank.asked() for finding in lint(question)] == []


def test_output_on_the_page_is_what_the_command_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (shown,) = blocks("text")
    (command,) = re.findall(r"`crossview (validate examples/\S+)` says", PAGE)
    ran = CliRunner().invoke(main, command.split())

    assert (ran.exit_code, ran.stdout) == (1, shown)


def test_page_names_every_field_and_every_option() -> None:
    named = set(re.findall(r"`([\w-]+)(?: [A-Z0-9]+)?`", PAGE))
    options = {name.removeprefix("--") for option in validate.params for name in option.opts}

    assert set(Entry.__struct_fields__) | set(QuestionBank.__struct_fields__) == set(TAKES)
    assert set(TAKES) - named == set()
    assert {option for option in options - {"paths"} if f"`--{option}" not in PAGE} == set()


def test_schema_has_the_fields_and_no_others() -> None:
    kinds = json.loads((ROOT / "schemas" / "question-bank.schema.json").read_text(encoding="utf-8"))["$defs"]

    assert {name: (set(kind["properties"]), kind["additionalProperties"]) for name, kind in kinds.items()} == {
        "QuestionBank": (set(QuestionBank.__struct_fields__), False),
        "Entry": (set(Entry.__struct_fields__), False),
    }


def test_page_of_rules_has_every_rule_and_every_example() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (CV\d{3}) ", page, re.MULTILINE)

    assert headings == [rule.code for rule in rules(Rulebook())]
    lone = [
        question.text
        for rule in all_rules()
        for question in (*rule.bad, *rule.good)
        if " ".join(question.text.replace("|", "\\|").replace("<", "&lt;").split()) not in page
    ]
    assert lone == []


@pytest.mark.parametrize(
    "name",
    [
        "a.bank.yaml", "b/a.bank.yml", "a.bank.json", "a.bank.md", "questions/a.yaml", "b/questions/a.md", "a.yaml",
        "questions/README.md", "questions/b/a.yaml", "bank.yaml", "myquestions/a.yaml", "a.bank.txt",
    ],
)  # fmt: skip
def test_hook_runs_on_what_the_command_takes_for_a_bank(name: str) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert bool(re.search(hook["files"], name)) == is_bank(Path(name))
    assert (hook["entry"], hook["language"], hook["pass_filenames"]) == ("crossview validate", "python", True)


def test_action_runs_the_command_with_its_inputs(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][-1]
    folder = tmp_path / "crossview" / "bin"
    folder.mkdir(parents=True)
    (folder / "crossview").write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    (folder / "crossview").chmod(0o755)
    bash = shutil.which("bash")
    assert bash is not None

    ran = subprocess.run(
        [bash, "-e", "-c", step["run"]],
        env={"RUNNER_TEMP": str(tmp_path), "PATHS": "a b\nc.yaml\n", "FAIL_ON": "error"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "validate|--format|github|--fail-on|error|--|a b|c.yaml|"
    assert set(action["inputs"]) == {"paths", "fail-on"}
    assert set(step["env"]) == {"PATHS", "FAIL_ON"}
