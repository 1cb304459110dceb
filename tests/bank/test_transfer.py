"""Files into a bank and out of it: what becomes of each entry, and what is refused with its place."""

import asyncio

import asyncpg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.bank.files.entries import Entry
from crossview.bank.files.source import Place
from crossview.bank.transfer import Decided, Known, Wanted, content_hash, decide
from crossview.foundation.db import Database
from tests.bank.shelf import PATH, YAML, imported, only, opened, outcomes
from tests.people import Person


async def kinds(owner: Person) -> list[str]:
    """What happened to banks, newest first."""
    events = (await owner.seen("/v1/events"))["items"]
    return [event["kind"] for event in events if event["kind"].startswith("bank.")]


async def test_file_fills_a_bank(owner: Person) -> None:
    await opened(owner)

    answer = await imported(owner)

    assert answer["entries"] == [
        {"id": "monday", "bank_ref": "month-end/monday@1", "outcome": "created", "line": 4, "column": 7},
        {"id": "next", "bank_ref": "month-end/next@1", "outcome": "created", "line": 9, "column": 7},
    ]
    bank = answer["bank"]
    assert (bank["title"], bank["language"], bank["entries"], bank["version"]) == ("Month-end interviews", "en", 2, 2)
    entry = await owner.seen(f"{PATH}/entries/monday")
    assert entry == {
        "namespace": "month-end",
        "id": "monday",
        "bank_ref": "month-end/monday@1",
        "number": 1,
        "content": {
            "id": "monday",
            "text": "What did you do last Monday?",
            "intent": "To hear a story.",
            "section": "warm_up",
            "minutes": 2.5,
        },
        "sha256": content_hash(msgspec.convert(entry["content"], Entry)).hex(),
        "withdrawn_at": None,
        "note": "",
        "author_id": owner.id,
        "at": entry["at"],
    }


async def test_same_file_again_changes_nothing(owner: Person) -> None:
    await opened(owner)
    first = await imported(owner)

    again = await imported(owner)

    assert outcomes(again) == {"monday": "unchanged", "next": "unchanged"}
    assert again["bank"] == first["bank"]
    assert await kinds(owner) == ["bank.imported", "bank.opened"]


async def test_event_of_an_import_counts_and_says_no_word(owner: Person) -> None:
    await opened(owner)
    await imported(owner)

    event = (await owner.seen("/v1/events"))["items"][0]

    assert (event["kind"], event["facts"]) == (
        "bank.imported",
        {"created": 2, "new_version": 0, "restored": 0, "withdrawn": 0},
    )


async def test_changed_entry_becomes_a_new_version_and_the_old_one_stays(owner: Person) -> None:
    await opened(owner)
    await imported(owner)

    answer = await imported(owner, YAML.replace("last Monday", "on Monday, the 2nd"))

    assert outcomes(answer) == {"monday": "new_version", "next": "unchanged"}
    versions = (await owner.seen(f"{PATH}/entries/monday/versions"))["items"]
    assert [(one["bank_ref"], one["content"]["text"]) for one in versions] == [
        ("month-end/monday@2", "What did you do on Monday, the 2nd?"),
        ("month-end/monday@1", "What did you do last Monday?"),
    ]


async def test_entry_that_a_file_does_not_hold_is_told_and_stays(owner: Person) -> None:
    await opened(owner)
    await imported(owner)

    answer = await imported(owner, only("next: What happened then?"))

    assert answer["entries"][1] == {
        "id": "monday", "bank_ref": "month-end/monday@1", "outcome": "missing", "line": None, "column": None,
    }  # fmt: skip
    assert (await owner.seen(f"{PATH}/entries/monday"))["withdrawn_at"] is None


async def test_missing_entry_is_withdrawn_when_that_is_asked_for(owner: Person) -> None:
    await opened(owner)
    await imported(owner)

    answer = await imported(owner, only("next: What then?"), withdraw_missing=True, note="Ask for last week instead.")
    entry = await owner.seen(f"{PATH}/entries/monday")

    assert outcomes(answer) == {"next": "new_version", "monday": "withdrawn"}
    assert (entry["withdrawn_at"] is not None, entry["note"]) == (True, "Ask for last week instead.")
    assert answer["bank"]["entries"] == 1
    again = await imported(owner, only("next: What then?"), withdraw_missing=True)
    assert outcomes(again) == {"next": "unchanged"}


async def test_withdrawn_id_is_not_given_to_another_question(owner: Person) -> None:
    await opened(owner)
    await imported(owner)
    await imported(owner, only("next: What then?"), withdraw_missing=True)
    before = await owner.seen(f"{PATH}/entries")

    answer = await owner.post(
        f"{PATH}/import", {"format": "yaml", "text": only("new: Who helped?", "monday: Which price is fair?")}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_bank")
    assert answer.json()["errors"] == [
        {
            "path": "$.text",
            "detail": "Line 4, column 7: The id `monday` belonged to another question, which was withdrawn."
            " Give this one an id of its own.",
        }
    ]
    assert await owner.seen(f"{PATH}/entries") == before


async def test_withdrawn_question_may_come_back_under_its_id(owner: Person) -> None:
    await opened(owner)
    await imported(owner)
    await imported(owner, "questions: []", withdraw_missing=True, note="Too narrow.")

    answer = await imported(owner)

    assert outcomes(answer) == {"monday": "restored", "next": "restored"}
    entry = await owner.seen(f"{PATH}/entries/monday")
    assert (entry["number"], entry["withdrawn_at"], entry["note"]) == (1, None, "")


async def test_two_banks_may_hold_the_same_id(owner: Person) -> None:
    for namespace, text in (("month-end", "Why then?"), ("pricing", "Why so?")):
        await opened(owner, namespace)
        await imported(owner, only(f"why: {text}"), namespace)

    texts = [
        (await owner.seen(f"/v1/banks/{namespace}/entries/why"))["content"]["text"]
        for namespace in ("month-end", "pricing")
    ]

    assert texts == ["Why then?", "Why so?"]


async def test_entries_are_listed_by_id(owner: Person) -> None:
    await opened(owner)
    await imported(owner, only("b: Second?", "C: First?", "a: Third?"))

    first = await owner.seen(f"{PATH}/entries?limit=2")
    second = await owner.seen(f"{PATH}/entries?limit=2&cursor={first['next_cursor']}")

    assert [one["id"] for one in (*first["items"], *second["items"])] == ["C", "a", "b"]


async def test_findings_of_the_rules_come_with_their_place(owner: Person) -> None:
    await opened(owner)

    answer = await imported(
        owner, only("like: Don't you agree that export is slow?", "fine: Tell me about your last export.")
    )

    assert [(one["entry"], one["code"], one["line"], one["column"]) for one in answer["findings"]][:1] == [
        ("like", "CV101", 3, 9)
    ]
    assert outcomes(answer) == {"like": "created", "fine": "created"}


@pytest.mark.parametrize(
    ("form", "text", "place"),
    [
        ("yaml", "questions:\n- id: a\n  text: &b Why?\n", "Line 3, column 9"),
        ("yaml", "questions:\n- id: a\n  text: Why?\n- id: a\n  text: What?\n", "Line 4, column 7"),
        ("yaml", "questions:\n- id: a\n", "Line 2, column 3"),
        ("yaml", 'questions:\n- id: a\n  text: "Why\\0?"\n', "Line 3, column 9"),
        ("yaml", 'questions:\n- id: a\n  text: "Why\\ud800?"\n', "Line 3, column"),
        ("yaml", 'title: "a\\x01"\nquestions: []\n', "Line 1, column 1"),
        ("yaml", "questions:\n- id: a\n  text: Why?  # lint-ignore: nothing\n", "Line 3, column 15"),
        ("json", '{"questions": [{"id": "a", "text": "Why?\\u0000"}]}', "Line 1, column 36"),
        ("json", '{"questions": [{"id": "a", "text": " "}]}', "Line 1, column 36"),
        ("json", '{"questions": [{"id": "a", "text": "Why?", "options": ["\\u0001"]}]}', "Line 1, column 55"),
        ("json", "[]", "Line 1, column 1"),
        ("markdown", "- Why?\n", "Line 1, column 3"),
    ],
)  # fmt: skip
async def test_file_that_cannot_be_kept_is_refused_with_its_place(
    owner: Person, form: str, text: str, place: str
) -> None:
    await opened(owner)

    answer = await owner.post(f"{PATH}/import", {"format": form, "text": text})

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["count"]) == (422, "unfit_bank", 1)
    assert problem["errors"][0]["path"] == "$.text"
    assert problem["errors"][0]["detail"].startswith(place)
    assert (await owner.seen(PATH))["entries"] == 0


async def test_file_of_too_many_questions_is_refused(owner: Person) -> None:
    await opened(owner)
    many = "questions:\n" + "".join(f"- {{id: q{number}, text: x}}\n" for number in range(2_001))

    answer = await owner.post(f"{PATH}/import", {"format": "yaml", "text": many})

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_bank")
    assert answer.json()["errors"][0]["detail"].startswith("Line 1, column 1: An import takes 2,000 questions")


async def test_bank_that_would_hold_too_many_questions_is_refused(owner: Person) -> None:
    await opened(owner)
    half = [f"{{}}{number}: Why {number}?" for number in range(1_200)]
    await imported(owner, only(*(question.format("a") for question in half)))
    second = only(*(question.format("b") for question in half))

    answer = await owner.post(f"{PATH}/import", {"format": "yaml", "text": second})
    instead = await imported(owner, second, withdraw_missing=True)

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_bank")
    assert answer.json()["errors"][0]["detail"].startswith("Line 1, column 1: The bank would hold 2,400 questions")
    assert instead["bank"]["entries"] == 1_200


async def test_faults_are_counted_and_the_first_twenty_named(owner: Person) -> None:
    await opened(owner)

    answer = await owner.post(f"{PATH}/import", {"format": "yaml", "text": "questions:\n" + "- text: Why?\n" * 30})

    assert (answer.json()["count"], len(answer.json()["errors"])) == (30, 20)


async def test_texts_are_kept_in_normalisation_form_c(owner: Person) -> None:
    await opened(owner)

    await imported(owner, only("e: Was wa\u0308re gut?"))
    again = await imported(owner, only("e: Was w\u00e4re gut?"))

    assert outcomes(again) == {"e": "unchanged"}


async def test_text_that_grows_too_long_in_form_c_is_refused(owner: Person) -> None:
    await opened(owner)
    text = "questions:\n- id: a\n  text: Why?\n  intent: " + "\u0344" * 1_500 + "\n"

    answer = await owner.post(f"{PATH}/import", {"format": "yaml", "text": text})

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_bank")
    assert answer.json()["errors"][0]["detail"].startswith("Line 2, column 7")


@pytest.mark.parametrize("form", ["yaml", "json", "markdown"])
async def test_exported_bank_is_imported_as_the_same_bank(owner: Person, form: str) -> None:
    await opened(owner)
    await imported(owner, YAML + "- id: third\n  text: And who helped you?\n")
    before = (await imported(owner))["bank"]

    file = await owner.seen(f"{PATH}/export?format={form}")
    answer = await owner.made(f"{PATH}/import", {"format": file["format"], "text": file["text"]})

    assert set(outcomes(answer).values()) == {"unchanged"}
    assert answer["bank"] == before
    assert await owner.seen(f"{PATH}/export?format={form}") == file


async def test_export_keeps_the_order_of_the_file_and_leaves_out_what_was_withdrawn(owner: Person) -> None:
    await opened(owner)
    await imported(owner, only("c: Third?", "a: First?", "b: Second?"))
    await imported(owner, only("b: Second?", "c: Third?"), withdraw_missing=True)

    file = await owner.seen(f"{PATH}/export")

    assert file == {
        "name": "month-end.bank.yaml",
        "format": "yaml",
        "text": "title: Month-end\n\nquestions:\n- id: b\n  text: Second?\n\n- id: c\n  text: Third?\n",
    }


async def test_export_that_markdown_cannot_tell_is_refused_by_name(owner: Person) -> None:
    await opened(owner)
    await imported(owner, 'questions:\n- id: hash\n  text: "# 1 of what?"\n- id: fine\n  text: Why?\n')

    answer = await owner.get(f"{PATH}/export?format=markdown")

    assert (answer.status_code, answer.json()["code"], answer.json()["what"]) == (409, "untold_in_markdown", "hash")


async def test_version_of_an_entry_never_changes(owner: Person, database: Database) -> None:
    await opened(owner)
    await imported(owner)

    async with database.outside() as connection:
        for statement in ("update bank_entry_version set text = 'Other?'", "delete from bank_entry_version"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_two_imports_at_once_take_turns(owner: Person) -> None:
    await opened(owner)
    await owner.rush()

    answers = await asyncio.gather(*(imported(owner, only(f"why: {word}?")) for word in ("One", "Two", "Three")))

    versions = (await owner.seen(f"{PATH}/entries/why/versions"))["items"]
    assert sorted(one["entries"][0]["bank_ref"][-1] for one in answers) == ["1", "2", "3"]
    assert [one["number"] for one in versions] == [3, 2, 1]


ENTRIES = st.lists(st.builds(Entry, id=st.sampled_from("abcdef"), text=st.sampled_from(("One?", "Two?"))),
                   unique_by=lambda entry: entry.id)  # fmt: skip


def wanted(entries: list[Entry]) -> list[Wanted]:
    return [Wanted(entry, content_hash(entry), Place(1, 1)) for entry in entries]


def after(known: dict[str, Known], decided: tuple[Decided, ...], file: list[Wanted]) -> dict[str, Known]:
    """What the service has once it did what was decided."""
    hashes = {one.entry.id: one.sha256 for one in file}
    changed = {
        one.id: Known(
            one.id,
            one.position,
            one.number,
            withdrawn=one.outcome == "withdrawn",
            sha256=hashes.get(one.id) or known[one.id].sha256,
        )
        for one in decided
    }
    return {**known, **changed}


@given(files=st.lists(ENTRIES, min_size=1, max_size=4), withdraw=st.booleans())
def test_last_file_again_changes_nothing_whatever_came_before(files: list[list[Entry]], withdraw: bool) -> None:
    known: dict[str, Known] = {}
    for file in files:
        known = after(known, decide(known, wanted(file), withdraw_missing=withdraw), wanted(file))

    again = decide(known, wanted(files[-1]), withdraw_missing=withdraw)

    assert {one.outcome for one in again} <= {"unchanged", "missing"}
    assert after(known, again, wanted(files[-1])) == known
    assert [one.id for one in again][: len(files[-1])] == [entry.id for entry in files[-1]]
