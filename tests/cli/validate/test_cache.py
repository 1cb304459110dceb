"""The cache of `crossview validate`: the same bytes with it and without, and no harm whatever happens to it."""

import os
import pty
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from crossview.bank.files.check import check
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.wording.rulebook import Rulebook
from crossview.cli.validate.cache import Cache
from crossview.cli.validate.options import Options
from tests.cli.command import COMMAND, crossview, environment
from tests.cli.validate.conftest import Validate

EXAMPLES = Path(__file__).parents[3] / "examples" / "question-bank"
FORMS = ("text", "json", "sarif", "junit", "github")


@pytest.fixture(autouse=True)
def _banks(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "twice.bank.md").write_text(
        "- What should I have asked you ?\n  - id: a\n- Would you pay?\n  - id: b\n"
    )


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read as banks."""
    names: list[str] = []

    def counted(name: str, data: bytes) -> BankFile:
        names.append(name)
        return read_bank(name, data)

    monkeypatch.setattr("crossview.cli.validate.run.read_bank", counted)
    return names


@pytest.mark.parametrize("form", FORMS)
def test_output_is_the_same_bytes_with_a_cache_and_without(validate: Validate, read: list[str], form: str) -> None:
    runs = [
        validate("--format", form, *options)
        for options in ((), ("--cache-dir", "c"), ("--cache-dir", "c"), ("--cache-dir", "c", "--no-cache"))
    ]

    assert len({(run.exit_code, run.stdout_bytes) for run in runs}) == 1
    assert "CV601" in runs[0].output
    assert read == ["bad.bank.yaml", "good.bank.yaml", "twice.bank.md"] * 3


@pytest.mark.parametrize(
    ("options", "again"),
    [
        ((), []),
        (("--fail-on", "never", "--format", "json"), []),
        (("--ignore", "CV1"), ["bad.bank.yaml", "good.bank.yaml", "twice.bank.md"]),
        (("--no-cache",), ["bad.bank.yaml", "good.bank.yaml", "twice.bank.md"]),
    ],
)
def test_file_is_read_again_when_what_is_asked_for_changes(
    validate: Validate, read: list[str], options: tuple[str, ...], again: list[str]
) -> None:
    validate("--cache-dir", "c")
    read.clear()
    validate("--cache-dir", "c", *options)

    assert read == again


def test_file_is_read_again_when_it_changes_and_its_old_entry_goes(validate: Validate, read: list[str]) -> None:
    validate("--cache-dir", "c")
    entries = len(list(Path("c").iterdir()))
    read.clear()
    Path("twice.bank.md").write_text("- Would you pay for it?\n  - id: b\n")

    assert validate("--cache-dir", "c").stdout == validate().stdout
    assert read == ["twice.bank.md", "bad.bank.yaml", "good.bank.yaml", "twice.bank.md"]
    assert len(list(Path("c").iterdir())) == entries


def test_file_is_read_again_when_the_rules_change(
    validate: Validate, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    validate("--cache-dir", "c")
    read.clear()
    monkeypatch.setattr("crossview.cli.validate.cache._rules", lambda: "others")
    validate("--cache-dir", "c")

    assert len(read) == 3


def test_suppression_that_ends_is_known_for_its_day_only(tmp_path: Path) -> None:
    data = b'- Would you pay?\n  - id: a\n  - lint_ignore: CV303 reason="x" until=2026-06-15\n'
    first, later = (Cache(tmp_path / "c", Options(), date(2026, 6, day)) for day in (15, 16))
    first.put(check(read_bank("x.md", data), lambda _: True, date(2026, 6, 15), Rulebook()), data)

    assert first.get("x.md", data) is not None
    assert later.get("x.md", data) is None
    assert first.get("y.md", data) is None


@pytest.mark.parametrize("harm", ["", "x", "cut", "turn"])
def test_cache_that_is_broken_costs_time_only(validate: Validate, read: list[str], harm: str) -> None:
    whole = validate("--cache-dir", "c").stdout
    for entry in Path("c").iterdir():
        data = entry.read_bytes()
        entry.write_bytes({"cut": data[:-1], "turn": data[:-1] + bytes([data[-1] ^ 1])}.get(harm, harm.encode()))
    read.clear()

    assert validate("--cache-dir", "c").stdout == whole
    assert len(read) == 3


@pytest.mark.parametrize("folder", ["/proc/none", "file/below", "good.bank.yaml/c"])
def test_cache_that_cannot_be_written_costs_time_only(validate: Validate, folder: str) -> None:
    Path("file").write_text("")
    ran = validate("--cache-dir", folder)

    assert (ran.exit_code, ran.stdout) == (1, validate().stdout)


def test_cache_is_named_in_a_file_of_options_and_kept_out_of_git(validate: Validate) -> None:
    Path("crossview.toml").write_text('[validate]\ncache-dir = ".kept"\n')
    validate()

    assert Path(".kept/.gitignore").read_text() == "*\n"
    assert Path(".kept/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_runs_at_the_same_time_share_a_cache(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: crossview(tmp_path, "validate", "--cache-dir", "c"), range(6)))

    assert {(run.returncode, run.stdout, run.stderr) for run in runs} == {
        (1, crossview(tmp_path, "validate").stdout, "")
    }


def test_progress_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    (tmp_path / "large.bank.yaml").write_text(
        "questions:\n" + "".join(f"- {{id: q{n}, text: Tell me about the {n} exports.}}\n" for n in range(9_000))
    )
    arguments = [str(COMMAND), "validate", "large.bank.yaml", "--fail-on", "never"]
    leader, follower = pty.openpty()
    shown = subprocess.run(
        arguments, cwd=tmp_path, env=environment(TERM="xterm"), stdout=subprocess.PIPE, stderr=follower, check=True
    )
    os.close(follower)
    drawn = os.read(leader, 1_000_000).decode()
    os.close(leader)
    piped = subprocess.run(arguments, cwd=tmp_path, env=environment(), capture_output=True, check=True)

    assert "questions read" in drawn
    assert (piped.stdout, piped.stderr) == (shown.stdout, b"")
