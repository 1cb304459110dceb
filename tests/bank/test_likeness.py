"""How alike two texts are: values computed by hand, and what holds for any two."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.bank.wording.likeness import NEAR, likeness

TEXTS = st.text(max_size=60)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("abcd", "abcd", 1.0),
        ("abcd", "bcde", 1 / 4),  # bcd, of four each: a word begins and ends with a space
        ("ab", "abc", 1 / sqrt(6)),  # its beginning, of two and of three
        ("aaaa", "aaa", 1.0),  # a set counts nothing twice
        ("Ab, c!", "ab c", 1.0),
        ("abc", "xyz", 0.0),
        ("?", "!", 1.0),
        ("", "abc", 0.0),
    ],
)
def test_likeness_is_the_cosine_of_sets_of_trigrams(one: str, other: str, expected: float) -> None:
    assert isclose(likeness(one, other), expected)


@pytest.mark.parametrize(
    "other",
    [
        "Tell me about the last time you  exported a REPORT.",
        "Tell me about the last time you exported a report?",
        "Tell me about the last time that you exported a report.",
    ],
)
def test_same_question_in_other_clothes_is_near(other: str) -> None:
    assert likeness("Tell me about the last time you exported a report.", other) >= NEAR


@pytest.mark.parametrize(
    "other",
    [
        "Erzählen Sie mir, wie Sie zuletzt einen Bericht exportiert haben.",
        "What did you do when an export stopped half way?",
        "Tell me about the first person you hired.",
    ],
)
def test_translation_and_other_question_are_not_near(other: str) -> None:
    assert likeness("Tell me about the last time you exported a report.", other) < NEAR


@given(TEXTS)
def test_text_is_wholly_like_itself(text: str) -> None:
    assert likeness(text, text) == 1.0


@given(TEXTS, TEXTS)
def test_likeness_is_the_same_from_both_sides_and_lies_between_0_and_1(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0 + 1e-12


@given(TEXTS)
def test_case_and_white_space_count_for_nothing(text: str) -> None:
    assert likeness(f"  {text.upper()}\n", text.upper().lower()) == likeness(text.upper(), text.upper().lower())
