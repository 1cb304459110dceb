"""The command line without a server: help, version, settings, plugins, previews, and how wrong input is told."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crossview.cli import main
from crossview.foundation.settings import HIDDEN
from tests.cli.command import crossview

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in this process, in the test's own folder: nine of ten starts cost more than what they test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **variables: str) -> Result:
        return CliRunner().invoke(main, arguments, env=variables)

    return run


GUIDE = """# Month-end interviews (45 minutes)

## Introduction (5 minutes)

> Thank you for taking the time.

## Questions (20 minutes)

- How did your last month-end go?
  - Probe: What did you do next?
- What did you check by hand?
"""


def test_version_imports_neither_framework_nor_driver_nor_plugin(tmp_path: Path) -> None:
    program = (
        "import sys, contextlib\n"
        "from crossview.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['--version'])\n"
        "heavy = {'litestar', 'asyncpg', 'uvicorn', 'procrastinate', 'crossview_files', 'crossview_webhooks', 'httpx'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    version, imported = ran.stdout.splitlines()
    assert re.fullmatch(r"crossview \d+\.\d+\.\d+", version)
    assert imported == "[]"


def test_help_names_every_command(command: Command) -> None:
    ran = command("--help")
    commands = (
        "admin",
        "bank",
        "demo",
        "doctor",
        "export",
        "generate",
        "import",
        "migrate",
        "plugins",
        "serve",
        "settings",
        "worker",
    )
    assert ran.exit_code == 0
    assert [name for name in commands if name not in ran.stdout] == []


def test_unknown_command_is_wrong_usage(tmp_path: Path) -> None:
    assert crossview(tmp_path, "sing").returncode == 2


def test_settings_are_shown_with_their_secrets_hidden(tmp_path: Path) -> None:
    ran = crossview(
        tmp_path, "settings", CROSSVIEW_DATABASE_URL="postgresql://app:hunter2@db/crossview", CROSSVIEW_PORT="9000"
    )
    shown = dict(line.split(maxsplit=1) for line in ran.stdout.splitlines())
    assert ran.returncode == 0
    assert "hunter2" not in ran.stdout + ran.stderr
    assert shown["CROSSVIEW_DATABASE_URL"] == HIDDEN
    assert shown["CROSSVIEW_PORT"] == "9000"


def test_setting_that_cannot_be_read_is_named(command: Command) -> None:
    ran = command("settings", CROSSVIEW_PORT="often")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "CROSSVIEW_PORT" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    ran = crossview(tmp_path, "--debug", "settings", CROSSVIEW_PORT="often")
    assert ran.returncode == 1
    assert "Traceback" in ran.stderr


def test_plugins_that_are_not_allowed_or_not_installed_say_so(command: Command) -> None:
    ran = command("plugins", CROSSVIEW_PLUGINS="files,horoscope")
    lines = {line.split("  ")[0]: line for line in ran.stdout.splitlines()}
    assert ran.exit_code == 0
    assert "script finished" in lines["files"]
    assert lines["webhooks"] == "webhooks  installed, but not allowed: add it to CROSSVIEW_PLUGINS."
    assert lines["horoscope"] == "horoscope  left out: is enabled but not installed."


def test_preview_shows_what_a_guide_becomes_without_a_server(command: Command, tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(GUIDE)
    ran = command("import", "guide.md", "--preview")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "Month-end interviews (45 minutes) (en, 45 minutes)",
        "",
        "  introduction  Introduction (5 minutes)   5 min  1 statement",
        "  core          Questions (20 minutes)    20 min  2 questions, 1 probe",
        "",
        "In all: 2 questions, 1 statement, 1 probe.",
    ]


def test_preview_lists_what_was_not_understood(command: Command, tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text("# Guide\n\n## Questions\n\nx\n")
    ran = command("import", "guide.md", "--preview")
    assert ran.exit_code == 0
    assert "1 place was not understood; nothing is lost, but look there." in ran.stdout
    assert "    line 5: x" in ran.stdout.splitlines()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\0\1", "guide.md is a binary file. Save the guide as Markdown, which is plain text."),
        ("Gu\u00eda".encode("latin-1"), "guide.md is not UTF-8 at byte 2. Save it as UTF-8."),
        (b"a" * 1_000_001, "guide.md is larger than 1 MB. A guide is smaller: take out what is not text, or split it."),
        (b" \n", "guide.md is empty. A guide has at least one line."),
        (None, "There is no file guide.md. Look at its name again."),
    ],
    ids=["binary", "latin-1", "large", "empty", "missing"],
)
@pytest.mark.parametrize("arguments", [("import", "guide.md", "--preview"), ("demo", "--guide", "guide.md")])
def test_guide_that_cannot_be_read_is_refused_in_one_sentence(
    command: Command, tmp_path: Path, content: bytes | None, sentence: str, arguments: tuple[str, ...]
) -> None:
    if content is not None:
        (tmp_path / "guide.md").write_bytes(content)
    ran = command(*arguments)
    assert (ran.exit_code, ran.stdout, ran.stderr) == (2, "", f"Error: {sentence}\n")


def test_document_that_is_none_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "script.json").write_text('{"title": "T", "colour": "red"}')
    ran = command("import", "script.json", "--preview")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("Error: script.json is no script document: Object contains unknown field `colour`")


def test_import_without_a_token_says_where_one_comes_from(command: Command, tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(GUIDE)
    ran = command("import", "guide.md")
    assert ran.exit_code == 2
    assert ran.stderr == (
        "Error: A token is needed: set CROSSVIEW_TOKEN or add --token. `crossview admin invite` leads to one.\n"
    )


def test_import_without_a_server_says_how_to_start_one(command: Command, tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(GUIDE)
    ran = command("import", "guide.md", "--url", "http://127.0.0.1:9", "--token", "cv_x")
    assert ran.exit_code == 1
    assert ran.stderr == (
        "Error: No Crossview answers at http://127.0.0.1:9. Start `crossview serve`, or name another address by --url.\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bank.txt", b"", "bank.txt is no bank by its name. Let it end in .yaml, .yml, .json or .md."),
        ("bank.yaml", None, "bank.yaml: The file is not there. Look at its name."),
        ("bank.yaml", b"\xff", "bank.yaml is not UTF-8 at byte 0. Save it as UTF-8."),
        ("bank.json", b" " * 500_001, "bank.json has more than 500,000 characters. Split the bank into several."),
    ],
    ids=["name", "missing", "latin-1", "large"],
)
def test_bank_that_cannot_be_read_is_refused_in_one_sentence(
    command: Command, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ran = command("bank", "import", name, "--into", "month-end", "--token", "cv_x")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (2, "", f"Error: {sentence}\n")


def test_generate_outside_of_the_repository_writes_nothing(command: Command, tmp_path: Path) -> None:
    ran = command("generate")
    assert ran.exit_code == 1
    assert "This is not the root of the repository." in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--workspace", "Acme", "--email", "olga"), "--email takes an address such as olga@example.com."),
        (("--workspace", "A\nB", "--email", "o@example.com"), "--workspace takes one line of at most 200 characters."),
    ],
    ids=["address", "name"],
)
def test_invitation_to_nobody_or_nowhere_is_wrong_usage(
    command: Command, options: tuple[str, ...], sentence: str
) -> None:
    ran = command("admin", "invite", *options)
    assert (ran.exit_code, ran.stderr) == (2, f"Error: {sentence}\n")


def test_worker_without_a_database_says_what_to_start(command: Command) -> None:
    ran = command("worker")
    assert ran.exit_code == 1
    assert "Start `crossview serve` on this folder first." in ran.stderr
