"""Tries to sign in: after 20 failures a minute from one address the answer says to wait, and good tokens still get in."""

from crossview.foundation.tries import ADDRESSES, LIMIT, WINDOW, Tries
from tests.people import Person


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_failures_beyond_the_limit_are_told_apart_until_a_minute_has_passed() -> None:
    clock = Seconds()
    tries = Tries(clock)

    assert [tries.failed("a") for _ in range(LIMIT + 2)] == [False] * LIMIT + [True] * 2
    assert tries.failed("b") is False
    clock.now = WINDOW
    assert tries.failed("a") is False


def test_failures_are_counted_over_any_minute() -> None:
    clock = Seconds()
    tries = Tries(clock)
    for _ in range(LIMIT):
        clock.now += 2
        assert tries.failed("a") is False

    clock.now += 1
    assert tries.failed("a") is True


def test_memory_of_failures_is_bounded() -> None:
    tries = Tries(Seconds())
    for _ in range(LIMIT + 1):
        tries.failed("first")
    for number in range(ADDRESSES):
        tries.failed(str(number))

    assert len(tries._failures) == ADDRESSES
    assert tries.failed("first") is False


async def test_address_with_many_bad_tokens_is_told_to_wait_and_good_ones_get_in(owner: Person) -> None:
    bad = Person(owner.api, owner.id, owner.name, owner.email, None, "cv_guessed")

    answers = [await bad.get("/v1/me") for _ in range(LIMIT + 1)]
    good = await owner.get("/v1/me")

    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429]
    assert (answers[-1].json()["code"], answers[-1].headers["retry-after"]) == ("too_many_tries", "60")
    assert good.status_code == 200
