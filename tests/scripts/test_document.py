from decimal import Decimal

import msgspec
import pytest

from crossview.foundation.errors import Fault
from crossview.scripts.document import (
    DEPTH,
    ITEMS,
    SECTIONS,
    ItemDocument,
    Layout,
    ScriptDocument,
    SectionDocument,
    SuppressionDocument,
    faults,
    normalised,
    walk,
)

QUESTION = ItemDocument("question", "How did that feel?")


def script(*items: ItemDocument) -> ScriptDocument:
    return ScriptDocument("Guide", (SectionDocument("core", "Core", items=items),))


def nested(depth: int) -> ItemDocument:
    item = QUESTION
    for _ in range(depth - 1):
        item = ItemDocument("question", "Outer?", items=(item,))
    return item


def test_a_document_survives_json() -> None:
    document = script(
        ItemDocument("task", "Open the page.", Decimal("2.5"), layout=Layout("ordered", "3."), items=(QUESTION,))
    )

    assert msgspec.json.decode(msgspec.json.encode(document), type=ScriptDocument) == document


def test_json_names_its_format_even_when_nothing_else_is_said() -> None:
    assert msgspec.json.decode(msgspec.json.encode(ScriptDocument("")))["format"] == "crossview-script/1"


def test_json_with_an_unknown_field_is_refused_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"unknown field `colour`.*\$\.sections\[0\]"):
        msgspec.json.decode(b'{"title": "G", "sections": [{"kind": "core", "colour": "red"}]}', type=ScriptDocument)


def test_walk_visits_children_before_the_next_sibling() -> None:
    inner, last = ItemDocument("probe", "Why?"), ItemDocument("question", "Last?")
    outer = ItemDocument("question", "First?", items=(inner,))

    assert list(walk((outer, last))) == [outer, inner, last]


def test_a_sound_document_has_no_faults() -> None:
    assert faults(script(QUESTION, nested(DEPTH))) == ()


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (ScriptDocument("Two\nlines"), "$.title"),
        (ScriptDocument("Guide", front_matter="a: 1\n---\nb: 2"), "$.front_matter"),
        (ScriptDocument("Guide", title_level=0, title_quoted=True), "$.title_quoted"),
        (ScriptDocument("Guide", tuple(SectionDocument("core") for _ in range(SECTIONS + 1))), "$.sections"),
        (ScriptDocument("Guide", (SectionDocument("core", alternative_of=0),)), "$.sections[0].alternative_of"),
        (ScriptDocument("Guide", (SectionDocument("core", minutes=Decimal(0)),)), "$.sections[0].minutes"),
        (script(*[QUESTION] * (ITEMS + 1)), "$.sections"),
        (script(nested(DEPTH + 1)), "$.sections[0]" + ".items[0]" * DEPTH + ".items"),
        (script(ItemDocument("question", "a\0b")), "$.sections[0].items[0].text"),
        (
            script(ItemDocument("question", "a", suppressions=(SuppressionDocument("CV101", "a\0b"),))),
            "$.sections[0].items[0].suppressions[0].reason",
        ),
        (script(ItemDocument("question", "a\ud800b")), "$.sections[0].items[0].text"),
        (script(ItemDocument("question", "e\u0301")), "$.sections[0].items[0].text"),
        (script(ItemDocument("question", "x" * 20_001)), "$.sections[0].items[0].text"),
        (script(ItemDocument("question", "x\n" * 9_000), ItemDocument("question", "x\n" * 9_000)), "$.sections"),
        (script(ItemDocument("question", "x", Decimal("1.005"))), "$.sections[0].items[0].minutes"),
        (script(ItemDocument("question", "x", Decimal("NaN"))), "$.sections[0].items[0].minutes"),
        (
            script(ItemDocument("question", "x", layout=Layout("ordered", "first"))),
            "$.sections[0].items[0].layout.marker",
        ),
    ],
)
def test_a_fault_names_the_path_where_it_lies(document: ScriptDocument, path: str) -> None:
    assert [fault.path for fault in faults(document)] == [path]


def test_a_quote_nested_too_deep_is_a_fault_of_the_inner_item() -> None:
    inner = ItemDocument("statement", "Deep.", layout=Layout(quote=2))
    outer = ItemDocument("statement", "Outer.", layout=Layout("bullet", quote=2), items=(inner,))

    assert faults(script(outer)) == (
        Fault("$.sections[0].items[0].items[0].layout.quote", "Block quotes are nested at most 3 deep."),
    )


def test_normalised_composes_every_text() -> None:
    assert normalised(script(ItemDocument("question", "e\u0301?"))) == script(ItemDocument("question", "é?"))
