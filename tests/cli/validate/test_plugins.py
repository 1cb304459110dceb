"""`crossview validate` with plugins that bring rules: asked like any other rule, and never in the way."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from crossview.cli import main
from tests.cli.validate.conftest import Validate
from tests.conftest import EXAMPLE_PLUGIN

SUGGESTIVE = "Finden Sie nicht auch, dass der Export langsam ist?"
MESSAGE = "„Finden Sie nicht auch“ legt die Antwort nahe. Fragen Sie nach dem, was war."
BROKEN = "raise RuntimeError('on purpose')"
SAID = "The plugin other did not read this: it cannot be loaded: RuntimeError: on purpose. Its rules did not run."

Install = Callable[[str, str], None]


@pytest.mark.usefixtures("german")
def test_validate_asks_the_plugins_that_are_installed(validate: Validate) -> None:
    bank = EXAMPLE_PLUGIN / "interview.bank.yaml"

    ran = validate(str(bank))

    assert ran.exit_code == 1
    assert ran.output.startswith(f"{bank}:7:11: DE101 suggestive-question [error] {MESSAGE}\n")
    assert ran.output.endswith("\n1 error in 2 questions in 1 file.\n")


@pytest.mark.usefixtures("german")
def test_finding_of_a_plugin_is_selected_ignored_and_suppressed_as_any_other(validate: Validate) -> None:
    Path("a.bank.yaml").write_text(f"language: de\nquestions:\n- {{id: a, text: '{SUGGESTIVE}'}}\n", encoding="utf-8")
    Path("b.bank.yaml").write_text(
        f"language: de\nquestions:\n- id: b\n  text: '{SUGGESTIVE}'  # lint-ignore: DE101 reason=\"so gewollt\"\n",
        encoding="utf-8",
    )

    assert validate("a.bank.yaml", "--select", "DE").exit_code == 1
    assert validate("a.bank.yaml", "--select", "CV").exit_code == 0
    assert validate("a.bank.yaml", "--ignore", "DE1").exit_code == 0
    assert validate("b.bank.yaml").output == "Nothing found in 1 question in 1 file (1 suppressed).\n"
    assert "DE101  error    suggestive-question" in validate("--list-rules").output
    assert validate("--explain", "de101").output.startswith("DE101 suggestive-question [error]\n\nEine Frage legt")
    assert '"ruleId": "DE101"' in validate("a.bank.yaml", "--format", "sarif").output


def test_letters_of_no_rule_are_refused(validate: Validate) -> None:
    Path("a.bank.yaml").write_text("questions:\n- {id: a, text: What happened?}\n", encoding="utf-8")

    ran = validate("a.bank.yaml", "--select", "DE101")

    assert ran.exit_code == 2
    assert ran.output == "Error: No rule has a code like DE101. `crossview validate --list-rules` names them.\n"


def test_validate_reports_a_plugin_that_fails_once_a_file_and_goes_on(
    install_wording: Install, validate: Validate
) -> None:
    install_wording("other", BROKEN)
    Path("a.bank.yaml").write_text(
        "questions:\n- {id: a, text: What happened?}\n- {id: b, text: Surely it is slow?}\n", encoding="utf-8"
    )

    ran = validate("a.bank.yaml")

    assert ran.exit_code == 1
    assert ran.output == (
        f"a.bank.yaml:2:17: CV904 plugin-failed [warning] {SAID}\n"
        "  |\n"
        "2 | - {id: a, text: What happened?}\n"
        "  |                 ^^^^^^^^^^^^^^\n"
        "\n"
        "a.bank.yaml:3:17: CV101 leading-question [error] “Surely” suggests the answer. Ask for what happened, "
        "or what they think, without saying what you expect.\n"
        "  |\n"
        "3 | - {id: b, text: Surely it is slow?}\n"
        "  |                 ^^^^^^\n"
        "\n"
        "1 error, 1 warning in 2 questions in 1 file.\n"
    )
    assert validate("a.bank.yaml", "--ignore", "CV904", "--format", "github").exit_code == 1
    assert validate("a.bank.yaml", "--select", "CV3").exit_code == 0


def test_suppression_of_a_plugin_that_fails_is_not_called_unused(install_wording: Install, validate: Validate) -> None:
    install_wording("other", BROKEN)
    Path("a.bank.yaml").write_text(
        "questions:\n- id: a\n  text: What happened?\n"
        "  lint_ignore: ['ZZ101 reason=\"so it is\"', 'CV101 reason=\"it was\"']\n",
        encoding="utf-8",
    )

    ran = validate("a.bank.yaml", "--format", "github")

    assert [line.partition("title=")[2].partition("::")[0] for line in ran.output.splitlines()[:2]] == [
        "CV904 plugin-failed",
        "CV901 unused-suppression",
    ]
    assert "ZZ101" not in ran.output


def test_validate_without_a_plugin_imports_nothing_that_a_plugin_needs(tmp_path: Path) -> None:
    (tmp_path / "a.bank.yaml").write_text("questions:\n- {id: a, text: What happened?}\n", encoding="utf-8")
    seen = (
        "import sys; from crossview.cli import main; main(['validate', 'a.bank.yaml'], standalone_mode=False); "
        "print(sorted({'pluggy', 'importlib.metadata', 'subprocess', 'asyncio', 'crossview.plugin'} & sys.modules.keys()))"
    )

    ran = subprocess.run([sys.executable, "-c", seen], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.usefixtures("german")
def test_plugins_that_bring_rules_are_listed_with_their_codes(install_wording: Install) -> None:
    install_wording("other", BROKEN)

    ran = CliRunner().invoke(main, ["plugins"])

    assert ran.output.splitlines()[-2:] == [
        "other  left out: it cannot be loaded: RuntimeError: on purpose.",
        "suggestive  rules of wording: DE101.",
    ]
