"""Three-way merge of words: examples, and the laws that hold for any three texts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.scripts.merge import Merge, Piece, merge

BASE = "Tell me about the last time you exported a report."

TEXTS = st.lists(st.sampled_from(("tell", "me", "about", "it", ",", "why", "?", "\n")), max_size=8).map(" ".join)
ANY = TEXTS | st.text(max_size=20)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param(BASE, "Tell me about your last export.", "Tell me about your last export.", id="we left it"),
        pytest.param(
            "Tell us about the last time you exported a report.",
            "Tell me about the last time you exported a long report.",
            "Tell us about the last time you exported a long report.",
            id="both ends",
        ),
        pytest.param(
            BASE.replace("report.", "report, step by step."),
            BASE.replace("last", "first"),
            "Tell me about the first time you exported a report, step by step.",
            id="added at the end",
        ),
        pytest.param(
            BASE.replace("last time", "last failed time"),
            BASE.replace("last time", "last failed time").replace("a report", "anything"),
            "Tell me about the last failed time you exported anything.",
            id="the same change on both sides",
        ),
    ],
)
def test_changes_that_do_not_touch_are_put_together(ours: str, theirs: str, expected: str) -> None:
    merged = merge(BASE, ours, theirs)

    assert (merged.kind, merged.text) == ("fast_forward" if ours == BASE else "merged", expected)


def test_changes_of_the_same_words_conflict_and_both_sides_are_told() -> None:
    merged = merge(BASE, BASE.replace("a report", "a list"), BASE.replace("a report", "an invoice"))

    assert merged == Merge(
        "conflict",
        None,
        (
            Piece("Tell me about the last time you exported"),
            Piece(None, " a list", " an invoice"),
            Piece("."),
        ),
    )


def test_changes_of_words_beside_each_other_conflict() -> None:
    merged = merge(BASE, BASE.replace("last", "first"), BASE.replace("time", "day"))

    assert [piece for piece in merged.pieces if piece.text is None] == [Piece(None, " first time", " last day")]


@given(ANY, ANY)
def test_side_that_changed_nothing_gives_way(base: str, other: str) -> None:
    assert merge(base, base, other).text == other
    assert merge(base, other, base).text == other


@given(ANY, ANY)
def test_sides_that_agree_are_the_merge(base: str, both: str) -> None:
    assert merge(base, both, both).text == both


@given(ANY, ANY, ANY)
def test_merge_is_the_same_from_both_sides(base: str, ours: str, theirs: str) -> None:
    here, there = merge(base, ours, theirs), merge(base, theirs, ours)

    assert here.text == there.text
    if here.text is None:
        assert [(piece.text, piece.theirs, piece.ours) for piece in here.pieces] == [
            (piece.text, piece.ours, piece.theirs) for piece in there.pieces
        ]


@given(TEXTS, TEXTS, TEXTS)
def test_merge_is_a_conflict_exactly_when_a_piece_has_two_sides(base: str, ours: str, theirs: str) -> None:
    merged = merge(base, ours, theirs)

    assert (merged.kind == "conflict") is any(piece.text is None for piece in merged.pieces)
    assert all(piece.ours != piece.theirs for piece in merged.pieces if piece.text is None)
    assert merged.text is None or merged.text == "".join(piece.text or "" for piece in merged.pieces)


@given(TEXTS, TEXTS, TEXTS)
def test_changes_of_two_paragraphs_apart_are_always_put_together(middle: str, ours: str, theirs: str) -> None:
    base = f"first {middle} last"

    merged = merge(f"a stands {base} stands b", f"{ours} stands {base} stands b", f"a stands {base} stands {theirs}")

    assert merged.text == f"{ours} stands {base} stands {theirs}"


def test_longest_texts_take_no_time() -> None:
    one, other, third = ("ab " * 6_600, "b a " * 5_000, "a c " * 5_000)
    started = time.process_time()

    for sides in ((one, other, third), (other, third, one), (third, one, other)):
        merge(*sides)

    assert time.process_time() - started < 0.5
