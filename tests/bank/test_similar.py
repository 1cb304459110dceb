"""Near-duplicates among the questions of all banks."""

from tests.bank.shelf import imported, only, opened
from tests.people import Person

ASKED = "Tell me about the last time you exported a report."


async def found(person: Person, **query: float | str) -> list[tuple[str, float]]:
    answer = await person.api.get(
        "/v1/banks/similar", params={"text": ASKED, **query}, headers={"Authorization": f"Bearer {person.token}"}
    )
    assert answer.status_code == 200, answer.text
    return [(one["bank_ref"], one["likeness"]) for one in answer.json()]


async def test_questions_that_ask_nearly_the_same_are_found_in_all_banks(owner: Person) -> None:
    await opened(owner, "pricing")
    await imported(owner, only("price: Which price is fair?", f"same: {ASKED}"), "pricing")
    await opened(owner)
    await imported(owner, only("near: Tell me about the last time you have exported a report.", "far: Who helped you?"))

    assert await found(owner) == [("pricing/same@1", 1.0), ("month-end/near@1", 0.9276)]
    assert await found(owner, at_least=0.99) == [("pricing/same@1", 1.0)]
    assert len(await found(owner, at_least=0)) == 4


async def test_only_the_newest_version_of_what_is_still_asked_is_found(owner: Person) -> None:
    await opened(owner)
    await imported(owner, only(f"a: {ASKED}", f"b: {ASKED}"))
    await imported(owner, only("a: Who helped you?"), withdraw_missing=True)

    assert await found(owner) == []


async def test_questions_of_another_workspace_are_not_found(owner: Person, stranger: Person) -> None:
    await opened(stranger)
    await imported(stranger, only(f"a: {ASKED}"))

    assert await found(owner) == []


async def test_fifty_questions_are_shown_at_most(owner: Person) -> None:
    await opened(owner)
    await imported(owner, only(*(f"q{number:02}: {ASKED}" for number in range(60))))

    assert await found(owner) == [(f"month-end/q{number:02}@1", 1.0) for number in range(50)]


async def test_text_without_words_is_like_no_question(owner: Person) -> None:
    await opened(owner)
    await imported(owner, only(f"a: {ASKED}"))

    assert await found(owner, text=" ", at_least=0) == []
