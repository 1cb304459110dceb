"""What nearly repeats is what comparing each with each would find, in time that grows with the number of texts."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossview.bank.structure.resemblance import Resemblance, resemblances
from crossview.bank.wording.likeness import grams, plain, resemble

WORD = st.text("abé \U0001f600-", min_size=1, max_size=12)
TEXTS = st.lists(WORD, min_size=1, max_size=6).flatmap(
    lambda words: st.lists(st.lists(st.sampled_from(words), min_size=0, max_size=9).map(" ".join), max_size=25)
)


def each_with_each(texts: list[str]) -> list[Resemblance]:
    """The definition: each text against all before it that stay."""
    stay: list[tuple[int, set[str]]] = []
    found = []
    for place, text in enumerate(texts):
        mine = grams(plain(text))
        near = [other for other, theirs in stay if resemble(len(mine & theirs), len(mine), len(theirs))]
        if near:
            found.append(Resemblance(place, near[0]))
        elif mine:
            stay.append((place, mine))
    return found


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_texts_that_nearly_repeat_are_those_of_the_definition(texts: list[str]) -> None:
    assert list(resemblances(texts)) == each_with_each(texts)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_without_what_is_found_nothing_repeats(texts: list[str]) -> None:
    repeated = {found.text for found in resemblances(texts)}

    assert list(resemblances([text for place, text in enumerate(texts) if place not in repeated])) == []


def test_cosine_of_exactly_085_is_near_and_less_is_not() -> None:
    assert resemble(17, 20, 20)
    assert resemble(289, 289, 400)
    assert not resemble(16, 20, 20)
    assert not resemble(288, 289, 400)
    assert not resemble(0, 0, 0)


def test_case_space_and_punctuation_make_no_difference() -> None:
    assert list(resemblances(["How  was it?", "HOW WAS\nIT", "…", "", "…"])) == [Resemblance(1, 0)]


def test_many_texts_are_compared_in_time_that_grows_with_their_number() -> None:
    def cost(number: int) -> float:
        words = ["export", "report", "invoice", "payment", "order", "ticket", "shift", "parcel", "letter", "budget"]
        texts = [
            f"What did the {words[n % 10]} of {n * 7919 % 100_003} tell {words[n // 10 % 10]} about {words[n // 100 % 10]}?"
            for n in range(number)
        ]
        begun = time.process_time()
        assert sum(1 for _ in resemblances(texts)) > 0
        return time.process_time() - begun

    cost(500)
    small, large = cost(2_500), cost(10_000)

    # Four times the texts; each against each would take sixteen times as long.
    assert large < max(8 * small, 2.0), (small, large)


def test_texts_in_a_script_of_many_signs_end_in_time() -> None:
    dice = random.Random(1)
    texts = ["".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(40)) for _ in range(20_000)]
    begun = time.process_time()

    assert list(resemblances([*texts, texts[7]])) == [Resemblance(20_000, 7)]
    assert time.process_time() - begun < 30


@pytest.mark.parametrize(("bound", "value"), [("EFFORT", 0), ("ROOM", 1)])
def test_beyond_its_bounds_only_the_same_words_are_found(
    monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(f"crossview.bank.structure.resemblance.{bound}", value)
    texts = ["What came first?", "How did you hear of it?", "How did you hear of it then?", "how did you hear of it"]

    assert list(resemblances(texts)) == [Resemblance(3, 1)]
