"""Banks in three forms: what is read, where everything stands, and how a fault is told."""

import time

import pytest

from crossview.bank.files.entries import Entry, QuestionBank
from crossview.bank.files.nodes import spans
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.wording.question import Question

YAML = """\
title: Month-end
language: en
glossary: [P&L, close]
questions:
  - id: monday
    text: What did you do last Monday?
    section: warm_up
    intent: >-
      To hear
      a story.
    minutes: 2.5
  - id: next
    text: "And then?"
    previous: monday
    options: [Nothing, Something]
    glossary: [ARR]
"""
JSON = """\
{"title": "Month-end", "language": "en", "glossary": ["P&L", "close"], "questions": [
  {"id": "monday", "text": "What did you do last Monday?", "section": "warm_up", "intent": "To hear a story.",
   "minutes": 2.5},
  {"id": "next", "text": "And then?", "previous": "monday", "options": ["Nothing", "Something"], "glossary": ["ARR"]}]}
"""
MARKDOWN = """\
---
language: en
glossary: [P&L, close]
---
# Month-end

What we ask about the last days of a month.

## Warm-up

- What did you do last Monday?
  - id: monday
  - intent: To hear a story.
  - minutes: 2.5

## The work itself

1. And then?
   - ID: next
   - previous: monday
   - options:
     - Nothing
     - Something
   - glossary: ARR
"""
BANK = QuestionBank(
    title="Month-end",
    language="en",
    glossary=("P&L", "close"),
    questions=(
        Entry("monday", "What did you do last Monday?", intent="To hear a story.", section="warm_up", minutes=2.5),
        Entry("next", "And then?", previous="monday", options=("Nothing", "Something"), glossary=("ARR",)),
    ),
)


def faults(file: BankFile) -> list[str]:
    """Every fault with its place, as `line:column message`."""
    places = [file.source.place(fault.start) for fault in file.faults]
    return [f"{at.line}:{at.column} {fault.message}" for at, fault in zip(places, file.faults, strict=True)]


def read(name: str, text: str) -> BankFile:
    return read_bank(name, text.encode())


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", YAML), ("a.json", JSON), ("a.md", MARKDOWN), ("a.yml", YAML.replace("\n", "\r\n"))]
)
def test_bank_is_the_same_in_every_form(name: str, text: str) -> None:
    file = read(name, text)

    assert faults(file) == []
    assert file.bank == BANK


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("a.yaml", YAML, [(6, 11), (7, 14), (5, 9), (13, 11), (15, 14)]),
        ("a.yaml", "\ufeff" + YAML.replace("\n", "\r\n"), [(6, 11), (7, 14), (5, 9), (13, 11), (15, 14)]),
        ("a.json", JSON, [(2, 28), (2, 71), (2, 10), (4, 26), (4, 72)]),
        ("a.md", MARKDOWN, [(11, 3), (9, 4), (12, 9), (18, 4), (21, 14)]),
    ],
)
def test_place_is_that_of_the_value(name: str, text: str, places: list[tuple[int, int]]) -> None:
    file = read(name, text)
    asked = [(0, "text"), (0, "section"), (0, "id"), (1, "text"), (1, "options")]

    found = [file.place(index, field) for index, field in asked]
    assert [(place.line, place.column) for place in found] == places


def test_place_of_a_field_that_is_not_there_is_its_question() -> None:
    place = read("a.yaml", YAML).place(1, "intent")

    assert (place.line, place.column) == (12, 5)


def test_question_is_asked_with_what_the_bank_says_of_all() -> None:
    assert BANK.asked() == [
        Question(
            "What did you do last Monday?", section="warm_up", language="en", glossary=frozenset({"p&l", "close"})
        ),
        Question(
            "And then?",
            previous="What did you do last Monday?",
            options=("Nothing", "Something"),
            language="en",
            glossary=frozenset({"p&l", "close", "arr"}),
        ),
    ]


def test_previous_that_is_no_id_is_the_text_itself() -> None:
    bank = QuestionBank(
        (Entry("a", "And then?", previous="How was it?", language="de", setting="survey"),), language="en"
    )

    assert bank.asked() == [Question("And then?", previous="How was it?", language="de", setting="survey")]


def test_word_that_looks_like_a_truth_value_stays_a_word() -> None:
    file = read("a.yaml", "language: no\nquestions:\n- {id: 7, text: yes, intent: null, department: ~}\n")

    assert file.bank == QuestionBank((Entry("7", "yes"),), language="no")


SCALARS = [
    "plain words here",
    "plain words\n     and   more\n\n     here",
    "'single ''quoted'' words\n     here'",
    '"double \\"quoted\\" \\u00e9\\t\\x41 words \\\n     here"',
    "|\n     literal words\n       indented more\n\n     here",
    "|1-\n       kept indent\n     here",
    ">\n     folded words\n     go on\n\n       kept\n       as it is\n\n     here",
    ">-  # a remark\n     folded 😀 words\n     here",
]


@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_word_of_a_yaml_text_has_its_place(scalar: str, line_end: str) -> None:
    file = read("a.yaml", f"questions:\n  - text: {scalar}\n    id: a\n".replace("\n", line_end))
    (entry,), (node,) = file.bank.questions, file.nodes
    assert isinstance(node.value, dict)
    places = spans(file.source.text, node.value["text"][1])

    assert places is not None
    assert len(places) == len(entry.text)
    start = entry.text.index("here")
    assert file.source.text[places[start][0] : places[start + 3][1]] == "here"
    written = "".join(file.source.text[begin:end] for begin, end in places)
    decoded = written.replace("''", "'").replace('\\"', '"').replace("\\u00e9", "é").replace("\\x41", "A")
    assert decoded.replace("\\t", "").split() == entry.text.replace("\t", "").split() or "\\" in scalar


@pytest.mark.parametrize(
    ("written", "place"),
    [(r'"a \ud83d\ude00 \"b\" \/ here"', "here"), (r'"\u0068\u0065re"', r"\u0068\u0065re")],
)
def test_every_word_of_a_json_text_has_its_place(written: str, place: str) -> None:
    file = read("a.json", '{"questions": [{"id": "a", "text": %s}]}' % written)  # noqa: UP031 - braces are JSON's
    (entry,), (node,) = file.bank.questions, file.nodes
    assert isinstance(node.value, dict)
    places = spans(file.source.text, node.value["text"][1])

    assert places is not None
    start = entry.text.index("here")
    assert file.source.text[places[start][0] : places[start + 3][1]] == place


def test_text_of_several_lines_in_markdown_has_its_places() -> None:
    file = read("a.md", "- What did\n  you do <!-- really -->\n  here?\n\n  And here?\n\n  - id: a\n")

    assert file.bank.questions == (Entry("a", "What did\nyou do\nhere?\n\nAnd here?"),)
    assert [file.source.place(file.span(0, start, start + 3)[0]).line for start in (0, 9, 16, 23)] == [1, 2, 3, 5]


FAULTS = {
    "unknown field": (
        "a.yaml", "questions:\n- id: a\n  txt: b\n",
        "3:3 The question has no field `txt`. Did you mean `text`?",
    ),
    "missing field": (
        "a.yaml", "questions:\n- text: b\n",
        "2:3 The question has no `id`. Add it: letters, digits, `.`, `_` and `-`, up to 100, with a letter or digit first.",
    ),
    "wrong section": (
        "a.yaml", "questions:\n- {id: a, text: b, section: middle}\n",
        "2:29 `section` takes introduction, consent, warm_up, core, task, wrap_up, debrief or logistics. Correct it.",
    ),
    "wrong option": (
        "a.json", '{"questions": [{"id": "a", "text": "b",\n "options": ["c", 1]}]}',
        "2:19 `options` takes a list of texts. Correct it.",
    ),
    "wrong bank": ("a.yaml", "setting: talk\nquestions: []\n", "1:10 `setting` takes interview or survey. Correct it."),
    "id that stands twice": (
        "a.yaml", "questions:\n- {id: a, text: b}\n- {id: a, text: c}\n",
        "3:8 The id `a` stands in line 2 already. Give this question an id of its own.",
    ),
    "question that is a word": (
        "a.yaml", "questions:\n- Why?\n", "2:3 The question is no list of fields. Write `id: ...` and `text: ...`.",
    ),
    "another kind of file": (
        "package.json", '{"name": "x"}',
        "1:1 This is no question bank: it has no `questions`. Write `questions:` with a list below it.",
    ),
    "another ending": (
        "a.txt", "x", "1:1 A bank is a file in YAML, JSON or Markdown. Let its name end in .yaml, .yml, .json or .md.",
    ),
    "item that is no field": (
        "a.md", "- What?\n  - Why?\n", "2:5 Below a question stand its fields. Write one as `- intent: why it is asked`.",
    ),
    "field that stands twice in Markdown": (
        "a.md", "- What?\n  - id: a\n  - id: b\n", "3:5 `id` stands here for the second time. Keep one of the two.",
    ),
    "comma too much": ("a.json", '{"questions": [],}', "1:18 This is no valid JSON: a name is expected here."),
    "text after the end": (
        "a.json", '{"questions": []} x', "1:19 The text goes on after its end. Take away what is too much.",
    ),
    "text that ends early": (
        "a.json", '{"questions": [', "1:15 The text ends where a value or the end is expected. Complete it.",
    ),
    "YAML that is none": (
        "a.yaml", "questions: [a\n",
        "1:14 This is no valid YAML: did not find expected ',' or ']'. Look at the indent, or put the text into quotes.",
    ),
    "second document": (
        "a.yaml", "questions: []\n---\nquestions: []\n", "2:1 A second document begins here. One file holds one bank.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "told"), FAULTS.values(), ids=list(FAULTS))
def test_fault_is_told_with_its_place(name: str, text: str, told: str) -> None:
    assert faults(read(name, text)) == [told]


def test_good_questions_beside_a_fault_are_read_all_the_same() -> None:
    file = read(
        "a.yaml", "questions:\n- {id: a, text: b}\n- {id: c}\n- {id: d, text: e, minutes: 0}\n- {id: f, text: g}\n"
    )

    assert [entry.id for entry in file.bank.questions] == ["a", "f"]
    assert [told.split(".")[0] for told in faults(file)] == [
        "3:3 The question has no `text`",
        "4:29 `minutes` takes a number above 0, up to 1,440",
    ]


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.md"])
def test_thousand_questions_are_read_quickly(name: str) -> None:
    lines = {
        "a.yaml": "questions:\n" + "".join(f"- id: q{n}\n  text: What did you do?\n" for n in range(1000)),
        "a.json": '{"questions": ['
        + ",".join(f'{{"id": "q{n}", "text": "What did you do?"}}' for n in range(1000))
        + "]}",
        "a.md": "".join(f"- What did you do?\n  - id: q{n}\n" for n in range(1000)),
    }
    begun = time.process_time()

    assert len(read(name, lines[name]).bank.questions) == 1000
    assert time.process_time() - begun < 1
