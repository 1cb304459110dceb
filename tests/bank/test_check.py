"""A file checked: suppressions, where they count, and what is said about those that are left over."""

from datetime import date

import pytest

from crossview.bank.files.check import Checked, check, compare
from crossview.bank.files.read import read_bank
from crossview.bank.wording.rulebook import Rulebook

TODAY = date(2026, 6, 15)


def checked(name: str, text: str, *codes: str) -> Checked:
    return check(read_bank(name, text.encode()), lambda code: code.startswith(codes or ("CV",)), TODAY, Rulebook())


def found(name: str, text: str, *codes: str) -> list[str]:
    """Each finding as `line:column code question`."""
    return places(checked(name, text, *codes))


def across(banks: dict[str, str], *codes: str) -> dict[str, list[str]]:
    """The findings of each bank of a run."""
    each = [checked(name, text, *codes) for name, text in banks.items()]
    return {file.name: places(file) for file in compare(each, lambda code: code.startswith(codes or ("CV",)), TODAY)}


def places(file: Checked) -> list[str]:
    return [f"{one.place.line}:{one.place.column} {one.code} {one.question}" for one in file.findings]


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


SCRIPT = """\
minutes: 30
sections: {core: 6}
questions:
- {id: role, text: What does your role involve?, section: warm_up}
- {id: last, text: Tell me about the last export., minutes: 4, department: Sales, intent: The story.}
- {id: next, text: 'And what came after it?', minutes: 3, department: Sales}
- {id: why, text: What made it late?, department: Support, intent: The cause.}
"""


def test_bank_that_names_its_minutes_is_a_script() -> None:
    assert found("a.yaml", SCRIPT) == [
        "4:20 CV702 role", "5:20 CV703 last", "6:21 CV603 next", "6:21 CV701 next", "7:19 CV702 why",
    ]  # fmt: skip
    assert found("a.yaml", SCRIPT.replace("minutes: 30\nsections: {core: 6}\n", "")) == ["4:21 CV603 next"]


def test_question_that_nearly_repeats_one_in_another_bank_is_found() -> None:
    first = "questions:\n- {id: a, text: How did you hear of the export?}\n"
    second = "questions:\n- id: b\n  text: |-\n    How did you hear\n    of the export\n"

    assert across({"a.yaml": first, "b.yaml": second}) == {"a.yaml": [], "b.yaml": ["4:5 CV601 b"]}
    assert across({"a.yaml": first, "b.yaml": "language: de\n" + second}) == {"a.yaml": [], "b.yaml": []}
    assert across({"a.yaml": first, "b.yaml": second}, "CV1") == {"a.yaml": [], "b.yaml": []}


def test_message_of_a_repetition_names_file_and_line() -> None:
    twice = "questions:\n- {id: a, text: How did you hear?}\n- {id: b, text: How did you hear?}\n"
    other = "questions:\n- {id: c, text: How did you hear?}\n"
    alone = compare([checked("a.yaml", twice)], lambda _: True, TODAY)
    both = compare([checked("a.yaml", twice), checked("b.yaml", other)], lambda _: True, TODAY)

    assert [one.message.split(". Keep")[0] for file in (*alone, *both) for one in file.findings] == [
        "This nearly repeats “How did you hear?” (a)",
        "This nearly repeats “How did you hear?” (a.yaml:2)",
        "This nearly repeats “How did you hear?” (a.yaml:2)",
    ]


def test_suppression_of_a_repetition_counts_and_is_looked_after() -> None:
    said = "lint_ignore: ['CV601 reason=\"two audiences\"']"
    first = f"questions:\n- {{id: a, text: How did you hear?, {said}}}\n"
    second = f"questions:\n- {{id: b, text: How did you hear?, {said}}}\n"

    assert across({"a.yaml": first, "b.yaml": second}) == {"a.yaml": ["2:50 CV901 a"], "b.yaml": []}
    assert across({"a.yaml": first, "b.yaml": second}, "CV1", "CV9") == {"a.yaml": [], "b.yaml": []}


def test_suppression_of_a_rule_of_structure_counts() -> None:
    text = 'minutes: 5\nquestions:\n- {id: a, text: Tell me.}  # lint-ignore: CV603, CV702 reason="a draft"\n'

    assert found("a.yaml", text) == []
    assert checked("a.yaml", text).suppressed == 3
