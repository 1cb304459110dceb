"""Rewriting in a file: the words of questions change where one other word is always right, and nothing else does."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossview.bank.files.fix import Fixed, fix
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.wording.lint import all_rules, lint, rewrite
from crossview.bank.wording.question import Question

TODAY = date(2026, 6, 15)
REWRITING = [rule for rule in all_rules() if rule.rewrite]


def fixed(name: str, data: bytes) -> Fixed | None:
    return fix(read_bank(name, data), data, lambda _: True, TODAY)


def after(name: str, data: bytes) -> bytes:
    done = fixed(name, data)
    return done.data if done else data


YAML = """\
# Prior to everything else: prior to is a word in this comment.
title: "Prior to the close"   # kept
questions:
  - {id: a,   text: 'What did you do prior  to the ''close''?', intent: prior to}
  - id: b
    text: "PRIOR TO \\u00e9xports, what came subsequent\\
      \\ to it?"  # prior to
  - id: c
    text: >-
      In the event
      that it fails, whom do you call?
      Prior to
      that?
  - id: d
    text: They wrote “prior to”. What did you do?
  - id: e
    text: What happens prior to that? # lint-ignore: CV405 reason="their own words"
  - id: f
    language: de
    text: Was heißt prior to?
"""
REWRITTEN = (
    YAML.replace("do prior  to", "do before")
    .replace("PRIOR TO \\u00e9", "BEFORE \\u00e9")
    .replace("Prior to\n      that?", "Before\n      that?")
    .replace("In the event\n      that it", "If it")
)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_words_change_and_every_other_byte_stays(mark: bytes, end: str) -> None:
    assert after("a.yaml", mark + YAML.replace("\n", end).encode()) == mark + REWRITTEN.replace("\n", end).encode()


def test_every_form_is_rewritten() -> None:
    ask = "What do you do prior to the close?"
    done = ask.replace("prior to", "before")

    for name, text in (
        ("a.json", f'{{"questions": [ {{"id":"a", "text" : "{ask}"}} ]}}'),
        ("a.md", f"# A\n\n* {ask}\n  - id: a\n"),
        ("a.md", f"- {ask}\n  <!-- note -->\n  - id: a"),
    ):
        assert after(name, text.encode()) == text.replace(ask, done).encode()


@pytest.mark.parametrize(
    "text",
    [
        "- What do you do prior <!-- here --> to the close?\n  - id: a\n",
        "- What do you do prior to the close?\n",
        "- What do you do before the close?\n  - id: a\n",
    ],
)
def test_file_with_a_fault_or_words_apart_stays_as_it_is(text: str) -> None:
    assert fixed("a.md", text.encode()) is None


@pytest.mark.parametrize("rule", REWRITING, ids=lambda rule: rule.code)
def test_rule_with_a_rewriting_has_an_example_that_is_good_afterwards(rule: object) -> None:
    (asked, done) = "In the event that it is late, whom do you call?", "If it is late, whom do you call?"

    (edit,) = rewrite(Question(asked), lambda _: True)

    assert edit.words + asked[edit.end :] == done
    assert "CV405" in {finding.code for finding in lint(Question(asked))}
    assert lint(Question(done)) == []


WORDS = st.sampled_from(
    [
        "prior to", "Prior to", "PRIOR TO", "subsequent to", "in the event that", "pursuant to", "for the purpose of", "prior",
        "to", "What", "happens", "the", "“prior to”", "é", "#", ": ", "- ", "'", '"', "\\", ",", "?", "\n", "\u200b", "😀",
        "<!-- prior to -->",
    ]
)  # fmt: skip
TEXT = st.lists(WORDS, min_size=1, max_size=12).map(" ".join).filter(str.strip)


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT, st.sampled_from(["json", "yaml", "single", "md"]))
def test_only_texts_change_and_a_second_time_nothing_does(ask: str, why: str, form: str) -> None:
    name, data = bank(ask, why, form)
    before = read_bank(name, data)

    once = after(name, data)

    assert after(name, once) == once
    assert around(read_bank(name, once)) == around(before)


def around(file: BankFile) -> tuple[str, str, str, int]:
    """What stands before and behind the text of the one question, and what else the bank says."""
    if file.faults:
        return file.source.text, "", "", len(file.faults)
    start, end = file.whole(0)
    return file.source.text[:start], file.source.text[end:], file.bank.questions[0].intent, 0


def bank(ask: str, why: str, form: str) -> tuple[str, bytes]:
    """A bank of one question in one of the ways to write it."""
    if form == "json":
        return "a.json", json.dumps({"questions": [{"id": "a", "text": ask, "intent": why}]}).encode()
    if form == "yaml":
        return "a.yaml", f"questions:\n- id: a\n  text: {json.dumps(ask)}\n  intent: {json.dumps(why)}\n".encode()
    line = " ".join(ask.split())
    if form == "single":
        quoted = line.replace("'", "''")
        return "a.yaml", f"questions:\n- id: a # prior to\n  text: '{quoted}'\n".encode()
    return "a.md", f"# Prior to\n\n- {line}\n  - id: a\n".encode()
