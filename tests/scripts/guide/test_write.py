from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crossview.scripts.document import ItemDocument, Layout, ScriptDocument, SectionDocument, Style, faults
from crossview.scripts.guide.read import read_guide
from crossview.scripts.guide.write import write_guide, write_plain


def script(*items: ItemDocument) -> ScriptDocument:
    core = SectionDocument("core", "Core", items=items)
    return ScriptDocument("Interview guide", (core,), language="und")


FRAGMENTS = (
    "# ", "## a", "- ", "* ", "1. ", "2) c", "---", "===", "***", "> ", "```", "~~~", "`", "<!--", "-->", "|", "|---|", "a | b",
    "<!-- crossview: kind=probe -->",
    "[ ] ", "[x] ", "[a]: http://x", "![p](http://x/y.png)", "[l](javascript:alert)", "<script>",
    "&#35;", "&amp;", "\\", "\n", "\n\n", "\t", "  ", "    code", "\r", "\u2028", "\u00a0", "\x0c", "\u0338",
    "*", "_", "?", "(5 min)",
    "**Bold**", "**Warm up**", "CAPITALS",
    "5 minutes", "Probe:", "Tell me", "you", "é", "日本", "😀", ":", "...", "If yes, ", "{x}", '"', "title:", "\ufeff", "!",
)  # fmt: skip
PIECES = st.sampled_from(FRAGMENTS) | st.text("abc dé?", max_size=4)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map("".join).filter(bool)
LINES = st.just("") | TEXTS.map(lambda text: text.replace("\n", " ").replace("\r", " "))
MINUTES = st.none() | st.integers(1, 9_000).map(lambda hundredths: Decimal(hundredths) / 100)
FORMS: st.SearchStrategy[tuple[Style, str]] = st.sampled_from(
    [("paragraph", ""), ("bullet", ""), ("ordered", "7."), ("ordered", "2)"), ("box", ""), ("checked", "1."), ("code", "```"),
     ("code", "~~~~ form"), ("row", ""), ("row", "|---|---|"), ("row", "---|---"), ("comment", "")]
)  # fmt: skip
LAYOUTS = st.builds(
    lambda form, quote, ruled: Layout(form[0], form[1], quote, ruled),
    FORMS,
    st.sampled_from((0, 0, 1, 2)),
    st.booleans(),
)
ROWS = st.sampled_from(("| a | b |", "|a|b|", "a | b", "| How? | x |"))


def items(depth: int) -> st.SearchStrategy[tuple[ItemDocument, ...]]:
    item = st.builds(
        ItemDocument,
        kind=st.sampled_from(("question", "probe", "statement", "instruction", "transition", "task")),
        text=TEXTS | ROWS,
        minutes=MINUTES,
        intent=st.just("") | TEXTS,
        pinned=st.booleans(),
        priority=st.sampled_from(("must", "should", "could")),
        department=LINES.map(lambda text: text[:50]),
        bank_ref=st.sampled_from((None, None, "month-end/last--close@12", "a/B.c_@1")),
        layout=LAYOUTS,
        items=items(depth - 1) if depth else st.just(()),
    )
    return st.lists(item, max_size=3).map(tuple)


SECTIONS = st.builds(
    SectionDocument,
    kind=st.sampled_from(("introduction", "core", "logistics", "wrap_up")),
    heading=LINES,
    level=st.integers(1, 6),
    minutes=MINUTES,
    timing=st.just("(5 minutes)") | LINES,
    alternative_of=st.none() | st.integers(0, 2),
    ruled=st.booleans(),
    items=items(2),
)
DOCUMENTS = st.builds(
    ScriptDocument,
    title=LINES,
    sections=st.lists(SECTIONS, max_size=3).map(tuple),
    language=st.sampled_from(("en", "und", "pt-BR")),
    session_minutes=st.none() | st.integers(1, 1_440),
    title_level=st.integers(0, 6),
    title_quoted=st.booleans(),
    front_matter=st.just("") | st.just("title: A guide\nduration: 30 minutes"),
).filter(lambda document: not faults(document))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(DOCUMENTS)
def test_any_valid_document_reads_back_as_itself(document: ScriptDocument) -> None:
    markdown = write_guide(document)

    assert read_guide(markdown).document == document


def test_a_timing_line_below_a_heading_that_states_minutes_itself_is_kept() -> None:
    section = SectionDocument("core", "Core (5 min)", minutes=Decimal(5), timing="(at most 5 minutes)")
    document = ScriptDocument("Interview guide", (section,), language="und")

    assert read_guide(write_guide(document)).document == document


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.just("\n"), max_size=25).map("".join))
def test_any_markdown_settles_after_one_writing(markdown: str) -> None:
    document = read_guide(markdown).document
    written = write_guide(document)

    assert read_guide(written).document == document


def test_an_example_guide_comes_back_byte_for_byte(example: str) -> None:
    assert write_guide(read_guide(example).document) == example


def test_shared_guides_come_back_without_a_single_annotation(shared_guides: Path) -> None:
    for path in sorted(shared_guides.glob("[01]*.md")):
        document = read_guide(path.read_text(encoding="utf-8")).document
        written = write_guide(document)

        assert "<!-- crossview" not in written, path.name
        assert read_guide(written).document == document, path.name
        assert write_guide(read_guide(written).document) == written, path.name


def test_a_bold_item_in_a_guide_without_headings_does_not_become_a_section() -> None:
    items = (ItemDocument("statement", "**Well done**"), ItemDocument("task", "**Open the page**"))
    document = ScriptDocument("Guide", (SectionDocument("core", "Core", items=items),), language="und")

    assert read_guide(write_guide(document)).document == document


def test_a_bold_heading_of_the_lowest_level_comes_back_whatever_stands_around_it() -> None:
    headings = ("**One**", "**Two**", "**Three (5 min)**", "Four")
    sections = tuple(SectionDocument("core", heading, 6) for heading in headings)
    document = ScriptDocument("Guide", sections, language="und")

    assert read_guide(write_guide(document)).document == document


def test_what_markdown_does_not_say_stands_in_one_comment_beside_it() -> None:
    item = ItemDocument("probe", "How did that feel?", Decimal(3), intent="Trust", pinned=True, layout=Layout("bullet"))

    assert write_guide(script(item)) == (
        "# Interview guide\n\n## Core\n\n"
        "- How did that feel? <!-- crossview: kind=probe minutes=3 intent=Trust pinned -->\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "# Wrap-up",
        "Wrap-up\n===",
        "Wrap-up\n---",
        "- item",
        "12. item",
        "> quote",
        "```\nfence",
        "<!-- hidden -->",
        "Ask. <!-- crossview: kind=task -->",
        "Ask.\n\n## Debrief\n\n- item",
        "| a |\n|---|",
        "[ref]: http://example.org",
        "---\ntitle: x\n---",
    ],
)
def test_a_text_cannot_forge_a_heading_a_section_or_an_annotation(text: str) -> None:
    document = script(ItemDocument("statement", text), ItemDocument("statement", text, layout=Layout("bullet")))

    assert read_guide(write_guide(document)).document == document


@pytest.mark.parametrize(
    "text",
    [
        "Look: ![pixel](https://example.org/p.gif)",
        "Open [this](javascript:alert(1))",
        "Open [this](javascript&#58;alert(1))",
        "See <img src=https://example.org/p.gif>",
        "Run <script>alert(1)</script>",
        "Open [this](javascript\\:alert(1))",
        "[this]: javascript:alert(1)",
        "[this]: <javascript:alert( 1)>",
        "[this]: javascript\\:alert(1) 'open'",
        "Look: ![" + "a" * 1_200 + "](https://example.org/p.gif)",
        "Look: ![a [b](c) d](https://example.org/p.gif)",
        "Look: ![a\\](b) c](https://example.org/p.gif)",
        "Look: ![a `](b)` c](https://example.org/p.gif)",
        "Look: ![a](https\\://example.org/p.gif)",
        "Look: ![a](/\\example.org/p.gif)",
    ],
)
def test_a_text_cannot_load_or_run_anything(text: str) -> None:
    document = script(ItemDocument("statement", text))
    markdown = write_guide(document)

    assert text not in markdown
    assert "escaped" in markdown
    assert read_guide(markdown).document == document


@pytest.mark.parametrize(
    "text", ["a --!><img src=x onerror=alert(1)> b", "![a](https://example.org/p.gif) | b\n--- | ---\nc | d"]
)
def test_a_comment_holds_what_it_hides(text: str) -> None:
    document = script(ItemDocument("instruction", text, layout=Layout("comment")))
    markdown = write_guide(document)

    assert f"<!-- {text} -->" not in markdown
    assert read_guide(markdown).document == document


def test_a_front_matter_that_would_run_or_load_something_stands_in_the_annotation() -> None:
    front_matter = "owner: Support\n\n<img src=x onerror=alert(1)> ![a](https://example.org/p.gif)"
    document = replace(script(ItemDocument("statement", "Hello.")), front_matter=front_matter)
    markdown = write_guide(document)

    assert markdown.startswith('<!-- crossview: script front_matter="owner: Support\\n\\n\\u003cimg src=x')
    assert read_guide(markdown).document == document
    assert "onerror" not in write_plain(document)


def test_a_heading_in_a_list_is_no_heading() -> None:
    document = script(ItemDocument("statement", "# Consent is given", layout=Layout("bullet")))
    markdown = write_guide(document)

    assert "- &#35; Consent is given <!-- crossview: " in markdown
    assert read_guide(markdown).document == document


def test_a_definition_that_is_none_stays_as_it_is() -> None:
    guide = "# Interview guide\n\n## Notes\n\n[Moderator]: Hello: tell me about yourself.\n\n[1]: https://example.org/a?b&c\n"

    assert write_guide(read_guide(guide).document) == guide


def test_a_fenced_form_stays_byte_for_byte() -> None:
    guide = "# Interview guide\n\n## Notes\n\n```text\nName: ____\n\n1.\n  - [ ] High   [ ] Low\n```\n"

    assert write_guide(read_guide(guide).document) == guide
