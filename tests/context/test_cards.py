"""Context cards: written for the own department, read by all that are invited."""

import pytest

from tests.context.departments import department
from tests.people import Person

NOBODYS = "0190c0de-0000-7000-8000-000000000000"


class Setting:
    """A study of Sales and Support with one member each; Legal is not invited."""

    def __init__(self, ids: dict[str, str], sam: Person, sue: Person, study_id: str) -> None:
        self.ids = ids
        self.sam = sam
        self.sue = sue
        self.cards = f"/v1/studies/{study_id}/context-cards"
        self.study_id = study_id


@pytest.fixture
async def setting(owner: Person) -> Setting:
    """Sales with Sam, Support with Sue, and their study."""
    ids = {name: await department(owner, name) for name in ("Sales", "Support", "Legal")}
    sam = await owner.colleague("Sam Sales", "member", ids["Sales"])
    sue = await owner.colleague("Sue Support", "member", ids["Support"])
    study = await owner.made("/v1/studies", {"title": "Ours", "departments": [ids["Sales"], ids["Support"]]})
    return Setting(ids, sam, sue, study["id"])


SIGNAL = {"kind": "signal", "text": "Three lost deals named the export."}


async def test_card_speaks_for_the_department_of_its_author(setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, {**SIGNAL, "expires_on": "2027-03-31"})

    assert card == {
        "id": card["id"],
        "study_id": setting.study_id,
        "department_id": setting.ids["Sales"],
        "author_id": setting.sam.id,
        "kind": "signal",
        "text": "Three lost deals named the export.",
        "expires_on": "2027-03-31",
        "version": 1,
        "created_at": card["created_at"],
    }
    assert await setting.sue.seen(f"/v1/context-cards/{card['id']}") == card


async def test_cards_are_listed_in_the_order_of_their_writing(setting: Setting) -> None:
    made = [
        await writer.made(setting.cards, {"kind": kind, "text": "So it is."})
        for writer, kind in ((setting.sam, "pressure"), (setting.sue, "signal"), (setting.sam, "learning"))
    ]

    first = await setting.sue.seen(f"{setting.cards}?limit=2")
    second = await setting.sue.seen(f"{setting.cards}?limit=2&cursor={first['next_cursor']}")

    assert first["items"] == made[:2]
    assert second == {"items": made[2:], "next_cursor": None}


async def test_list_with_an_invalid_cursor_is_refused(setting: Setting) -> None:
    answer = await setting.sue.get(f"{setting.cards}?cursor=nonsense")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_member_cannot_speak_for_another_department(setting: Setting) -> None:
    answer = await setting.sam.post(setting.cards, {**SIGNAL, "department_id": setting.ids["Support"]})

    assert (answer.status_code, answer.json()["code"]) == (403, "another_department")


async def test_member_may_name_the_own_department(setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, {**SIGNAL, "department_id": setting.ids["Sales"]})

    assert card["department_id"] == setting.ids["Sales"]


async def test_owner_speaks_for_any_department_that_is_invited(owner: Person, setting: Setting) -> None:
    card = await owner.made(setting.cards, {**SIGNAL, "department_id": setting.ids["Support"]})

    assert (card["department_id"], card["author_id"]) == (setting.ids["Support"], owner.id)


async def test_owner_without_a_department_must_name_one(owner: Person, setting: Setting) -> None:
    answer = await owner.post(setting.cards, SIGNAL)

    assert (answer.status_code, answer.json()["code"]) == (422, "department_not_named")


async def test_department_that_is_not_invited_has_no_cards(owner: Person, setting: Setting) -> None:
    answer = await owner.post(setting.cards, {**SIGNAL, "department_id": setting.ids["Legal"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "department_not_invited")


async def test_unknown_department_is_refused(owner: Person, setting: Setting) -> None:
    answer = await owner.post(setting.cards, {**SIGNAL, "department_id": NOBODYS})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    assert answer.json()["path"] == "$.department_id"


async def test_card_without_words_is_refused(setting: Setting) -> None:
    answer = await setting.sam.post(setting.cards, {"kind": "signal", "text": "  "})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.text")


async def test_outsider_sees_neither_the_cards_nor_the_study(owner: Person, setting: Setting) -> None:
    lea = await owner.colleague("Lea Legal", "member", setting.ids["Legal"])
    card = await setting.sam.made(setting.cards, SIGNAL)

    answers = [
        await lea.get(setting.cards),
        await lea.post(setting.cards, SIGNAL),
        await lea.get(f"/v1/context-cards/{card['id']}"),
        await lea.get(f"/v1/context-cards/{NOBODYS}"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 4
    assert {**answers[2].json(), "instance": ""} == {**answers[3].json(), "instance": ""}


async def test_author_changes_a_card(setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, {**SIGNAL, "expires_on": "2027-03-31"})
    path = f"/v1/context-cards/{card['id']}"

    answer = await setting.sam.patch(path, {"kind": "pressure", "text": "Four by now.", "expires_on": None}, 1)

    assert answer.json() == {**card, "kind": "pressure", "text": "Four by now.", "expires_on": None, "version": 2}
    assert await setting.sam.seen(path) == answer.json()


async def test_only_the_author_or_an_administrator_changes_a_card(owner: Person, setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, SIGNAL)
    path = f"/v1/context-cards/{card['id']}"

    refused = [await setting.sue.patch(path, {"text": "No."}, 1), await setting.sue.delete(path, 1)]
    changed = await owner.patch(path, {"text": "Tidied."}, 1)

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "another_author")] * 2
    assert changed.json() == {**card, "text": "Tidied.", "version": 2}


async def test_card_is_removed_by_its_author(setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, SIGNAL)
    path = f"/v1/context-cards/{card['id']}"

    removed = await setting.sam.delete(path, 1)

    assert (removed.status_code, (await setting.sam.get(path)).status_code) == (204, 404)
    assert await setting.sue.seen(setting.cards) == {"items": [], "next_cursor": None}


async def test_change_and_removal_need_the_current_version(setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, SIGNAL)
    path = f"/v1/context-cards/{card['id']}"

    answers = [
        await setting.sam.patch(path, {"text": "Blind."}),
        await setting.sam.delete(path),
        await setting.sam.patch(path, {"text": "Stale."}, 5),
        await setting.sam.delete(path, 5),
    ]

    assert [answer.status_code for answer in answers] == [428, 428, 412, 412]
    assert answers[2].json()["current"] == card


async def test_feed_tells_of_cards_without_their_words(owner: Person, setting: Setting) -> None:
    card = await setting.sam.made(setting.cards, SIGNAL)
    await setting.sam.patch(f"/v1/context-cards/{card['id']}", {"text": "Four."}, 1)
    await setting.sam.delete(f"/v1/context-cards/{card['id']}", 2)

    feed = await owner.seen("/v1/events")

    told = [event for event in feed["items"] if event["subject_id"] == card["id"]]
    assert [(event["kind"], event["study_id"], event["facts"]) for event in told] == [
        ("context_card.removed", setting.study_id, {}),
        ("context_card.changed", setting.study_id, {}),
        ("context_card.written", setting.study_id, {"card_kind": "signal"}),
    ]
