"""The hostile texts in every place that reaches an export, and what the readers of each export make of them.

`CROSSVIEW_TEST_SCALE` above 1 reopens a script for every reason, and not only for those that Markdown might take for its own.
"""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio

from crossview.app import loaders
from crossview.bank.files.entries import Entry, QuestionBank
from crossview.bank.files.write import untold, write_bank
from crossview.deliveries.deliver import DueDelivery, Withheld
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from crossview.plugin.delivery import Receipt
from crossview.plugin.moments import Event
from crossview.plugin.testing import deliver
from crossview_files.invitation import harmless
from crossview_files.names import RESERVED
from crossview_webhooks.payload import body, payload_of
from tests.contract.world import application
from tests.people import Person
from tests.promises import hostile
from tests.promises.readers import calendar_faults, dangers, event_of, properties, structure
from tests.promises.targets import strings
from tests.sessions.finished import workspace_of

Told = Callable[[str, object], None]

EVERYTHING = int(os.environ.get("CROSSVIEW_TEST_SCALE", "1")) > 1
LINK = "http://crossview.test"
PAGE = 30
"""Texts that go into one script."""
_DUE = """
select id, connection_id, moment, object_id, subject_id, facts, occurred_at, state, attempts
  from delivery where workspace_id = $1 and object_id = $2 order by id desc limit 1
"""
_HARMLESS_NAME = re.compile(r"\w[\w.-]{0,99}")


@pytest_asyncio.fixture
async def api(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API with the plugins that are installed; files go below `files` in the folder of the test."""
    monkeypatch.setenv("CROSSVIEW_FILES_ROOT", str(tmp_path / "files"))
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url=LINK) as client:
        yield client


class House:
    """A workspace with a folder connected, and what leaves it."""

    def __init__(self, database: Database, owner: Person, workspace_id: UUID, files: Path) -> None:
        self.owner = owner
        self.files = files
        self._database = database
        self._workspace_id = workspace_id
        self._loaders = loaders(LINK)

    async def delivered(self, object_id: str) -> tuple[Event, Receipt]:
        """The newest moment of a script or session, as the worker loads it, and the receipt of the plugin that writes files."""
        async with self._database.visit_as_service(self._workspace_id) as visit:
            (due,) = await visit.many(DueDelivery, _DUE, self._workspace_id, UUID(object_id))
            event = await self._loaders[due.moment](visit, due)
        assert not isinstance(event, Withheld)
        return event, await deliver("crossview_files", due.moment, event)


@pytest_asyncio.fixture
async def house(database: Database, owner: Person, tmp_path: Path) -> House:
    """A house whose owner is of a department and whose moments have somewhere to go."""
    await owner.made("/v1/connections", {"plugin": "files", "name": "Guides"})
    department = await owner.made("/v1/departments", {"name": "Support"})
    await owner.patch(f"/v1/members/{owner.id}", {"department_id": department["id"]}, 1)
    return House(database, owner, await workspace_of(owner), tmp_path / "files")


def composed_texts(longest: int) -> list[str]:
    """The texts that a place of that length takes, in the form in which scripts keep them, each once."""
    forms = (unicodedata.normalize("NFC", text) for _, text in hostile.texts())
    return [text for text in dict.fromkeys(forms) if text.strip() and len(text) <= longest]


def one_line(text: str, longest: int) -> str | None:
    """The text where it may be a name, else None."""
    fits = len(text) <= longest and re.search(
        r"^[^\s\x00-\x1f\x7f-\x9f\u2028\u2029][^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", text
    )
    return text if fits else None


def document(texts: list[str], title: str, front_matter: str = "") -> dict[str, Any]:
    """A script with each text in every place that takes it."""
    return {
        "title": title,
        "language": "en",
        "front_matter": front_matter,
        "sections": [
            {
                "kind": "core",
                "heading": text if "\n" not in text and "\r" not in text and len(text) <= 2_000 else "A section",
                "items": [
                    {"kind": "question", "text": "Why?", "pinned": True, "layout": {"style": "bullet"},
                     "intent": text[:2_000], "sensitivity": text[:2_000], "department": one_line(text, 200) or ""},
                    {"kind": "question", "text": text, "pinned": True, "layout": {"style": "bullet"},
                     "items": [{"kind": "probe", "text": text}]},
                    {"kind": "question", "text": text},
                    {"kind": "instruction", "text": text},
                    {"kind": "instruction", "text": text, "layout": {"style": "comment"}},
                    {"kind": "task", "text": text, "layout": {"style": "ordered", "marker": "1."}},
                    {"kind": "statement", "text": text, "layout": {"style": "box", "quote": 1}},
                ],
            }
            for text in texts
        ],
    }  # fmt: skip


def front_matter(texts: list[str]) -> str:
    """The texts that would run, load or hide something, as values of a front matter."""
    active = [
        text
        for text in texts
        if dangers(text) and "\r" not in text and not re.search(r"^(-{3,}|\.\.\.)[ \t]*$", text, re.M)
    ]
    return "\n\n".join(active)[:10_000]


def pages() -> Iterator[tuple[str, list[str]]]:
    """The texts in portions of one script, each with another of them for its title."""
    texts = composed_texts(20_000)
    titles = [title for text in texts if (title := one_line(text, 300)) and title.strip()]
    for number in range(0, len(texts), PAGE):
        yield titles[number % len(titles)], texts[number : number + PAGE]


async def open_study(owner: Person, number: int = 0) -> str:
    return str((await owner.made("/v1/studies", {"title": f"Study {number}"}))["id"])


async def finish(owner: Person, script_id: str) -> Any:
    """Open and close a round, and finish."""
    opened = await owner.made(f"/v1/scripts/{script_id}/rounds", {})
    closed = await owner.post(f"/v1/rounds/{opened['id']}/close", If_Match=f'"{opened["version"]}"')
    assert closed.is_success, closed.text
    tag = (await owner.get(f"/v1/scripts/{script_id}")).headers["etag"]
    sealed = await owner.post(f"/v1/scripts/{script_id}/finish", If_Match=tag)
    assert sealed.is_success, sealed.text
    return sealed.json()


async def test_hostile_script_is_safe_to_open_and_comes_back_from_each_export(
    house: House, record_property: Told
) -> None:
    owner = house.owner
    study = await open_study(owner)
    names = [name for text in composed_texts(200) if (name := one_line(text, 200))]
    for name in names:
        answer = await owner.post("/v1/departments", {"name": name})
        assert answer.status_code in (201, 409), answer.text
    texts, found, written = 0, [], 0

    for title, planted in pages():
        texts += len(planted)
        given = document(planted, title, front_matter(planted))
        made = await owner.made("/v1/scripts/import", {"study_id": study, "document": given})
        script_id = made["script"]["id"]
        exported = await owner.seen(f"/v1/scripts/{script_id}/document")
        markdown = (await owner.get(f"/v1/scripts/{script_id}/markdown")).text
        found += _misread(markdown, given, draft=True)

        again = await owner.made("/v1/scripts/import", {"study_id": study, "document": exported})
        read = await owner.made("/v1/scripts/import", {"study_id": study, "guide": markdown})
        assert await owner.seen(f"/v1/scripts/{again['script']['id']}/document") == exported
        assert await owner.seen(f"/v1/scripts/{read['script']['id']}/document") == exported
        assert {text for text in planted if text not in strings(exported)} == set()

        version = await finish(owner, script_id)
        copy = (await owner.get(f"/v1/scripts/{script_id}/versions/1/markdown")).text
        found += _misread(copy, given, draft=False)
        event, receipt = await house.delivered(script_id)
        file = house.files / receipt.address
        assert file.read_text() == copy
        written += 1
        assert version["content"]["script"]["title"] == title
        assert (await owner.seen(f"/v1/scripts/{script_id}/versions/1/verify"))["intact"]
        _holds_ids_only(event, planted)

    assert found == []
    assert _unsafe_names(house.files) == []
    record_property(
        "figure", f"hostile exports: {texts} texts in 10 places of {written} scripts, each as JSON and Markdown twice"
    )


async def test_hostile_reason_of_a_reopening_is_one_line_of_text(house: House) -> None:
    owner = house.owner
    study = await open_study(owner)
    script_id = (
        await owner.made("/v1/scripts/import", {"study_id": study, "document": document(["Why?"], "Exports")})
    )["script"]["id"]
    kinds = hostile.TEXTS if EVERYTHING else ("HTML", "line ends", "Markdown", "logs")
    reasons = [text for kind in kinds for text in hostile.TEXTS[kind].values() if text.strip() and len(text) <= 4_000]
    found = []

    for number, reason in enumerate(reasons, start=1):
        await finish(owner, script_id)
        plain = (await owner.get(f"/v1/scripts/{script_id}/versions/{number}/markdown")).text
        await owner.made(f"/v1/scripts/{script_id}/reopen", {"reason": reason})
        event, receipt = await house.delivered(script_id)
        notice, _, rest = (house.files / receipt.address).read_text().partition("\n\n")
        assert rest == plain
        assert (await owner.seen(f"/v1/scripts/{script_id}/versions/{number}"))["reopening_reason"] == reason
        found += [(reason, danger) for danger in (*dangers(notice), *structure(notice))]
        found += [(reason, "more than a line")] if len(notice.splitlines()) != 1 else []
        _holds_ids_only(event, [reason])

    assert found == []


async def test_hostile_session_is_one_event_in_a_calendar_and_safe_as_a_file(
    house: House, record_property: Told
) -> None:
    owner = house.owner
    study = await open_study(owner)
    scheduled: dict[str, list[str]] = {}
    files, found = 0, []

    for text in ("Interview", *dict.fromkeys(text for _, text in hostile.texts() if len(text) <= 2_000)):
        name = one_line(text, 200) or "Olga"
        await owner.patch(f"/v1/members/{owner.id}", {"name": name}, await _version(owner, f"/v1/members/{owner.id}"))
        observer = await _observer(owner, name, len(scheduled) + files)
        session = await owner.made(
            f"/v1/studies/{study}/sessions",
            {"title": one_line(text, 300) or "Interview", "place": text, "starts_at": "2027-02-09T10:00",
             "zone": "Europe/Helsinki", "minutes": 60, "moderator_id": owner.id},
        )  # fmt: skip
        await owner.made(f"/v1/sessions/{session['id']}/seats", {"member_id": observer})
        event, receipt = await house.delivered(session["id"])
        folder = house.files / receipt.external_id
        for path in sorted(folder.iterdir()):
            files += 1
            content = path.read_bytes()
            found += [(text, path.name, fault) for fault in calendar_faults(content)]
            told = event_of(content)
            shown = " ".join(harmless(session["title"]).split())
            assert str(told["SUMMARY"]) == (shown if path.name == "interview.ics" else f"Observe: {shown}")
            assert str(told["LOCATION"]) == " ".join(harmless(text).split())
            assert properties(content) == scheduled.setdefault(path.name, properties(content)), text
        _holds_ids_only(event, [text])

    assert found == []
    assert set(scheduled) == {"interview.ics", "observers.ics"}
    assert _unsafe_names(house.files) == []
    record_property(
        "figure", f"hostile calendars: {files} files, each of one event with the properties of a harmless one"
    )


def _misread(markdown: str, given: dict[str, Any], *, draft: bool) -> list[str]:
    """What a reader sees in the Markdown of a script that is not meant so."""
    ours = Counter(heading_open=1 + sum(bool(section["heading"]) for section in given["sections"]))
    more = structure(markdown) - ours
    if not draft:  # What was left out, and the seal.
        more -= Counter(heading_open=2)
    return [f"{given['title']!r}: {danger}" for danger in [*dangers(markdown), *map(str, more.items())]]


def _holds_ids_only(event: Any, planted: list[str]) -> None:
    """What a webhook says of a moment is none of the texts."""
    said = strings(msgspec.json.decode(body(payload_of(event))))
    assert said.isdisjoint(planted)
    assert all(re.fullmatch(r"[0-9a-z.:/_TZ-]+", text) for text in said), said


def _unsafe_names(root: Path) -> list[str]:
    """Names of files that some system would take for something else."""
    names = [path.name for path in root.rglob("*")]
    assert all(path.resolve().is_relative_to(root.resolve()) for path in root.rglob("*"))
    return [
        name
        for name in names
        if not _HARMLESS_NAME.fullmatch(name)
        or RESERVED.fullmatch(name)
        or len(os.fsencode(name)) > 100
        or name.endswith(".")
    ]


async def _version(owner: Person, path: str) -> int:
    return int((await owner.seen(path))["version"])


async def _observer(owner: Person, name: str, number: int) -> str:
    """A new member with that name."""
    sent = await owner.made("/v1/invitations", {"email": f"o{number}@example.com", "role": "member"})
    accepted = await owner.api.post("/v1/invitations/accept", json={"link": sent["link"], "name": name})
    assert accepted.is_success, accepted.text
    return str(accepted.json()["member"]["id"])


def questions(texts: list[str]) -> QuestionBank:
    """A bank with each text in every place that takes it."""
    return QuestionBank(
        tuple(
            Entry(
                id=f"text-{number}",
                text=text,
                intent=text[:2_000],
                sensitivity=text[:200],
                options=(text[:2_000],),
                skip_notice=text[:2_000],
            )
            for number, text in enumerate(texts)
        ),
        title=texts[0][:2_000],
        glossary=tuple(text[:2_000] for text in texts[:10]),
    )


async def test_hostile_questions_come_back_from_each_file_of_a_bank(owner: Person) -> None:
    texts = [text for text in composed_texts(20_000) if not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)]
    await owner.made("/v1/banks", {"namespace": "hostile", "title": "Hostile"})
    await owner.made("/v1/banks/hostile/import", {"format": "json", "text": write_bank(questions(texts), "json")})

    for form in ("yaml", "json"):
        file = await owner.seen(f"/v1/banks/hostile/export?format={form}")
        again = await owner.made("/v1/banks/hostile/import", {"format": form, "text": file["text"]})
        assert {one["outcome"] for one in again["entries"]} == {"unchanged"}
        assert again["bank"]["version"] == 2
        assert len(again["entries"]) == len(texts) > 100


def test_page_of_hostile_questions_is_harmless_or_refused() -> None:
    refused = 0
    texts = composed_texts(20_000)

    for text in texts:
        bank = questions([text])
        page = write_bank(bank, "markdown")
        if untold(bank, "markdown", page):
            refused += 1
        else:
            assert dangers(page) == []

    assert 0 < refused < len(texts)
