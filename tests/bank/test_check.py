"""A file checked: suppressions, where they count, and what is said about those that are left over."""

from datetime import date

import pytest

from crossview.bank.files.check import Checked, check
from crossview.bank.files.read import read_bank
from crossview.bank.wording.rulebook import Rulebook

TODAY = date(2026, 6, 15)


def checked(name: str, text: str, *codes: str) -> Checked:
    return check(read_bank(name, text.encode()), lambda code: code.startswith(codes or ("CV",)), TODAY, Rulebook())


def found(name: str, text: str, *codes: str) -> list[str]:
    """Each finding as `line:column code question`."""
    return [
        f"{one.place.line}:{one.place.column} {one.code} {one.question}" for one in checked(name, text, *codes).findings
    ]


YAML = """\
questions:
  # above
  - id: a
    # within
    text: Would you pay for it?  # beside
    # at the end
  - id: b
    text: Would you pay for it?
"""
IGNORE = 'lint-ignore: CV303 reason="a pilot"'


@pytest.mark.parametrize("where", ["# above", "# within", "# beside", "# at the end"])
def test_comment_in_yaml_counts_for_the_question_it_stands_at(where: str) -> None:
    assert found("a.yaml", YAML.replace(where, f"# {IGNORE}")) == ["8:11 CV303 b"]
    assert found("a.yaml", YAML.replace(where, f"# {IGNORE}").replace("\n", "\r\n")) == ["8:11 CV303 b"]


def test_comment_above_the_next_question_is_the_next_ones() -> None:
    text = YAML.replace("    # at the end\n", f"  # {IGNORE}\n")

    assert found("a.yaml", text) == ["5:11 CV303 a"]
    assert checked("a.yaml", text).suppressed == 1


def test_comment_in_markdown_counts_for_its_question() -> None:
    ask, comment = "- Would you pay?\n", f"<!-- {IGNORE} -->\n"
    text = f"{ask}  {comment}  - id: a\n{comment}{ask}  - id: b\n{ask}  - id: c\n"

    assert found("a.md", text) == ["7:3 CV303 c"]


def test_field_counts_in_every_form() -> None:
    said = 'CV303 reason=\\"a pilot\\"'
    text = f'{{"questions": [{{"id": "a", "text": "Would you pay?", "lint_ignore": ["{said}"]}}]}}'

    assert found("a.json", text) == []
    assert found("a.yaml", text) == []


def test_hash_within_a_text_is_no_comment() -> None:
    text = f"questions:\n- id: a\n  text: |\n    Would you pay?\n    # {IGNORE}\n"

    assert found("a.yaml", text) == ["4:5 CV303 a"]


@pytest.mark.parametrize(
    ("said", "findings"),
    [
        ("CV303 reason=\"x\" until=2026-06-15", []),
        ("CV303 reason=\"x\" until=2026-06-14", ["3:9 CV303 a", "3:32 CV902 a"]),
        ("CV303", ["3:32 CV903 a"]),
        ("CV303 reason=\" \"", ["3:32 CV903 a"]),
        ("CV101, CV303 reason=\"x\"", ["3:32 CV901 a"]),
        ("CV303,CV999 reason=\"x\"", ["3:32 CV901 a"]),
        ("CV303 reason=x", ["3:9 CV303 a", "3:32 CV900 "]),
        ("CV303 reason=\"x\" until=tomorrow", ["3:9 CV303 a", "3:32 CV900 "]),
        ("all", ["3:9 CV303 a", "3:32 CV900 "]),
    ],
)  # fmt: skip
def test_suppression_says_code_reason_and_last_day(said: str, findings: list[str]) -> None:
    text = f"questions:\n- id: a\n  text: Would you pay for it?  # lint-ignore: {said}\n"

    assert found("a.yaml", text) == findings


def test_suppression_of_a_rule_that_did_not_run_is_not_unused() -> None:
    text = f"questions:\n- id: a\n  text: Tell me.  # {IGNORE}\n"

    assert found("a.yaml", text) == ["3:19 CV901 a"]
    assert found("a.yaml", text, "CV1", "CV9") == []
    assert found("a.yaml", "language: de\n" + text) == []


def test_fingerprint_stays_when_a_question_moves_and_changes_with_its_words() -> None:
    def prints(name: str, text: str) -> list[str]:
        return [one.fingerprint for one in checked(name, text).findings]

    once = prints("a.yaml", "questions:\n- {id: a, text: 'Would you pay?'}\n")
    assert prints("b.md", "# Moved\n\n- Would\n  you pay?\n  - id: a\n") == once
    assert prints("a.yaml", "questions:\n- {id: b, text: 'Would you pay?'}\n") != once
    assert prints("a.yaml", "questions:\n- {id: a, text: 'Would you buy?'}\n") != once
