"""A bank as a file again: what it looks like, and that it reads back as the same bank."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.bank.files.entries import Entry, QuestionBank
from crossview.bank.files.read import read_bank
from crossview.bank.files.write import SUFFIX, Format, untold, write_bank

BANK = QuestionBank(
    title="Month-end",
    language="en",
    glossary=("P&L", "close"),
    questions=(
        Entry(id="monday", text="What did you do last Monday?", section="warm_up", minutes=2.5),
        Entry(id="next", text="And then?", previous="monday", options=("Nothing", "Something")),
    ),
)
YAML = """\
title: Month-end
language: en
glossary:
- P&L
- close

questions:
- id: monday
  text: What did you do last Monday?
  section: warm_up
  minutes: 2.5

- id: next
  text: And then?
  options:
  - Nothing
  - Something
  previous: monday
"""
MARKDOWN = """\
---
title: Month-end
language: en
glossary:
- P&L
- close
---

## Warm up

- What did you do last Monday?
  - id: monday
  - minutes: 2.5

## Core

- And then?
  - id: next
  - options:
    - Nothing
    - Something
  - previous: monday
"""

# What a bank in the service holds: every character but the control characters that no file may have.
_SIGNS = st.sampled_from("\n\n\t\r\x80\x85\xa0\u2028\u2029\ufeff\ufffe #:-?|>'\"%@`&*!{[~")
_PROSE = st.text(st.characters(exclude_categories=("Cs", "Cc")) | _SIGNS)
_PLAIN = st.text(string.ascii_letters + " ,.?'é", min_size=1, max_size=30).map(lambda text: f"Why {text}".strip())


def banks(texts: st.SearchStrategy[str]) -> st.SearchStrategy[QuestionBank]:
    """Banks whose texts come from a strategy."""
    some = texts.map(lambda text: text[:100])
    lists = st.lists(some, max_size=2).map(tuple)
    entries = st.builds(
        Entry,
        id=st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,8}\Z"),
        text=some.filter(lambda text: text != ""),
        intent=some,
        section=st.sampled_from(("core", "warm_up", "logistics")),
        minutes=st.none() | st.floats(0.001, 1440),
        options=lists,
        previous=st.none() | some,
        setting=st.sampled_from((None, "survey", "interview")),
        lint_ignore=lists,
    )
    return st.builds(
        QuestionBank,
        questions=st.lists(entries, max_size=3, unique_by=lambda entry: entry.id).map(tuple),
        title=some,
        language=st.sampled_from((None, "en", "pt-BR")),
        setting=st.sampled_from(("interview", "survey")),
        glossary=lists,
    )


@pytest.mark.parametrize(("form", "text"), [("yaml", YAML), ("markdown", MARKDOWN)])
def test_bank_is_written_with_one_field_a_line(form: Format, text: str) -> None:
    assert write_bank(BANK, form) == text


@pytest.mark.parametrize("form", list(SUFFIX))
def test_bank_without_questions_reads_back(form: Format) -> None:
    text = write_bank(QuestionBank((), title="Empty"), form)

    assert untold(QuestionBank((), title="Empty"), form, text) == ()


@pytest.mark.parametrize("form", ["yaml", "json"])
@given(bank=banks(_PROSE))
def test_whatever_a_bank_says_reads_back_as_the_same_bank(form: Format, bank: QuestionBank) -> None:
    read = read_bank(f"bank{SUFFIX[form]}", write_bank(bank, form).encode())

    assert (read.bank, read.faults) == (bank, [])


@pytest.mark.parametrize(
    "text", ["a\n", "a\n\n", "\na", " a\n b", "a\n\u2028", "a\r\nb", "a\x85b\nc", "null", "- a: b # c"]
)
def test_text_with_ends_of_lines_and_signs_of_yaml_reads_back(text: str) -> None:
    bank = QuestionBank((Entry(id="a", text=text), Entry(id="b", text="Why?")))

    assert untold(bank, "yaml", write_bank(bank, "yaml")) == ()


@given(bank=banks(_PLAIN))
def test_plain_questions_read_back_from_markdown_as_the_same_bank(bank: QuestionBank) -> None:
    text = write_bank(bank, "markdown")

    assert untold(bank, "markdown", text) == ()
    assert write_bank(read_bank("bank.md", text.encode()).bank, "markdown") == text


@pytest.mark.parametrize(
    "text",
    [
        "# A heading?",
        "1. First?",
        "- One?",
        "What <!-- not --> here?",
        "  Why?",
        "---",
        "What of <b>this</b>?",
        "Where is ![it](https://example.com/x.png)?",
        "Is [this](javascript:x) it?",
        "[a]: data:x",
    ],
)
def test_text_that_markdown_reads_in_its_own_way_is_named(text: str) -> None:
    bank = QuestionBank((Entry(id="fine", text="Why?"), Entry(id="other", text=text)))

    assert untold(bank, "markdown", write_bank(bank, "markdown")) == ("other",)


def test_bank_that_markdown_cannot_tell_as_a_whole_is_named_by_no_entry() -> None:
    bank = QuestionBank((Entry(id="last", text="What is --> here?"),), title="A comment <!-- begins")

    assert untold(bank, "markdown", write_bank(bank, "markdown")) == ("",)
