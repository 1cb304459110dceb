"""Many hands on one script: what a sequence of requests leads to is what a model of a few lines says, whatever the sequence;
and requests that come at once leave a history in which nobody's work is lost.

`CROSSVIEW_TEST_SCALE` multiplies the examples.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar

import asyncpg
import httpx
import hypothesis
import pytest
import pytest_asyncio
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from crossview.workspace.found import found_workspace
from tests.bench import Bench, set_up
from tests.contract.world import application
from tests.people import Person, accept
from tests.promises.soundness import unsound

SCALE = int(os.environ.get("CROSSVIEW_TEST_SCALE", "1"))
EXAMPLES, STEPS = 40 * SCALE, 40
ACTORS, BURSTS, BURST = 5, 12 * SCALE, 15

pick = st.integers(min_value=0, max_value=10**6)
people = st.sampled_from(["owner", "sales", "support"])
voters = st.sampled_from(["sales", "support"])
choices = st.sampled_from(["keep", "drop", "pass"])


class Known:
    """What the model knows of an item."""

    def __init__(self) -> None:
        self.version = 1
        self.revision = 1
        self.text = ""


class ScriptMachine(RuleBasedStateMachine):
    """Three people propose, edit, move, remove, judge, close, finish and reopen, in any order, also when it makes no sense."""

    dsn: ClassVar[str]
    settings: ClassVar[Settings]
    did: ClassVar[Counter[str]]
    workspaces: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.items: dict[str, Known] = {}
        self.order: list[str] = []
        self.ballots: dict[tuple[str, str], tuple[int, str]] = {}
        self.phase = "propose"
        self.judging: dict[str, Any] | None = None
        self.rounds = 0
        self.versions = 0

    @initialize(already=st.integers(min_value=0, max_value=4))
    def found(self, already: int) -> None:
        """A workspace of its own for each example, with a script that has come so many steps far."""
        self.runner.run(self._found())
        for step in (self.propose_two, self.open_round, self.close, self.finish)[:already]:
            step()

    def propose_two(self) -> None:
        """Something to judge."""
        for number in (1, 2):
            self.propose("owner", number, "last")

    async def _found(self) -> None:
        ScriptMachine.workspaces += 1
        self.database = await Database.connect(self.dsn, clock=SystemClock(), size=2)
        transport = httpx.ASGITransport(app=application(self.settings, self.database))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://crossview.test")
        _, sent = await found_workspace(self.database, f"Acme {self.workspaces}", "olga@example.com")
        self.bench = await set_up(await accept(self.client, sent.link, "Olga Owner"))
        self.section = await self.bench.section(minutes=20)
        self.script = f"/v1/scripts/{self.bench.script['id']}"
        self.admin = await asyncpg.connect(self.dsn)

    def teardown(self) -> None:
        """Leave no connection behind."""
        if hasattr(self, "admin"):
            self.runner.run(self._leave())
        self.runner.close()

    async def _leave(self) -> None:
        await self.admin.close()
        await self.client.aclose()
        await self.database.close()

    def ask(
        self, step: str, who: str, method: str, path: str, body: Any = None, version: int | None = None
    ) -> httpx.Response:
        """One request; an answer of 500 or more fails whatever the rule expects."""
        person: Person = getattr(self.bench, who)
        headers = {"Authorization": f"Bearer {person.token}"} | (
            {} if version is None else {"If-Match": f'"{version}"'}
        )
        answer = self.runner.run(self.client.request(method, path, json=body, headers=headers))
        assert answer.status_code < 500, answer.text
        self.did[f"{step} {answer.status_code}"] += 1
        return answer

    def refused(self, answer: httpx.Response, status: int, code: str) -> None:
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text

    def chosen(self, number: int) -> str:
        return self.order[number % len(self.order)]

    @rule(who=people, number=pick, at=st.sampled_from(["first", "last", "after"]))
    def propose(self, who: str, number: int, at: str) -> None:
        """A question at the start, at the end or behind another one."""
        body: dict[str, Any] = {"kind": "question", "text": f"What happened {number} times?", "minutes": 1}
        place = len(self.order)
        if at == "first":
            body["after"], place = None, 0
        if at == "after" and self.order:
            body["after"] = self.chosen(number)
            place = self.order.index(body["after"]) + 1
        answer = self.ask("propose", who, "POST", f"/v1/sections/{self.section['id']}/items", body)
        if self.phase == "finished":
            return self.refused(answer, 409, "script_finished")
        assert answer.status_code == 201, answer.text
        self.order.insert(place, answer.json()["id"])
        self.items[answer.json()["id"]] = known = Known()
        known.text = body["text"]
        return None

    @precondition(lambda self: self.order)
    @rule(who=people, number=pick, stale=st.booleans(), same=st.booleans())
    def edit(self, who: str, number: int, stale: bool, same: bool) -> None:
        """A new text, or the old one, on the version that is or one that was."""
        item = self.chosen(number)
        known = self.items[item]
        text = known.text if same else f"And {number} times before?"
        answer = self.ask("edit", who, "PATCH", f"/v1/items/{item}", {"text": text}, known.version - stale)
        if self.phase == "finished":
            return self.refused(answer, 409, "script_finished")
        if stale:
            return self.refused(answer, 412, "stale_version")
        known.revision += text != known.text
        known.version, known.text = known.version + 1, text
        assert (answer.json()["version"], answer.json()["revision"]) == (known.version, known.revision), answer.text
        return None

    @precondition(lambda self: len(self.order) > 1)
    @rule(number=pick, other=pick, first=st.booleans())
    def move(self, number: int, other: int, first: bool) -> None:
        """To the start or behind another question."""
        item = self.chosen(number)
        rest = [one for one in self.order if one != item]
        after = None if first else rest[other % len(rest)]
        body = {"section_id": self.section["id"], "after": after}
        answer = self.ask("move", "owner", "POST", f"/v1/items/{item}/move", body, self.items[item].version)
        if self.phase == "finished":
            return self.refused(answer, 409, "script_finished")
        assert answer.status_code == 200, answer.text
        self.items[item].version += 1
        rest.insert(0 if after is None else rest.index(after) + 1, item)
        self.order = rest
        return None

    @precondition(lambda self: self.order)
    @rule(number=pick, stale=st.booleans())
    def remove(self, number: int, stale: bool) -> None:
        """Gone with its ballots."""
        item = self.chosen(number)
        answer = self.ask("remove", "owner", "DELETE", f"/v1/items/{item}", version=self.items[item].version - stale)
        if self.phase == "finished":
            return self.refused(answer, 409, "script_finished")
        if stale:
            return self.refused(answer, 412, "stale_version")
        assert answer.status_code == 204, answer.text
        self.order.remove(item)
        self.ballots = {key: ballot for key, ballot in self.ballots.items() if key[1] != item}
        return None

    @rule()
    def open_round(self) -> None:
        """One at a time."""
        answer = self.ask("open", "owner", "POST", f"{self.script}/rounds", {})
        if self.phase == "finished":
            return self.refused(answer, 409, "script_finished")
        if self.judging is not None and self.judging["state"] == "open":
            return self.refused(answer, 409, "round_open_already")
        assert answer.status_code == 201, answer.text
        self.judging, self.phase, self.rounds = answer.json(), "judge", self.rounds + 1
        return None

    @precondition(lambda self: self.order)
    @rule(
        who=st.sampled_from(["sales", "support"]),
        number=pick,
        choice=st.sampled_from(["keep", "drop", "pass"]),
        old=st.booleans(),
    )
    def judge(self, who: str, number: int, choice: str, old: bool) -> None:
        """On the revision that is, or on one that was or will be."""
        item = self.chosen(number)
        revision = self.items[item].revision + (1 if old else 0)
        answer = self.ask("judge", who, "PUT", f"/v1/items/{item}/ballot", {"revision": revision, "choice": choice})
        if self.judging is None or self.judging["state"] == "closed":
            return self.refused(answer, 409, "round_closed")
        if old:
            return self.refused(answer, 409, "stale_ballot")
        assert answer.status_code == 200, answer.text
        self.ballots[who, item] = (revision, choice)
        return None

    @precondition(lambda self: self.judging is not None)
    @rule()
    def close(self) -> None:
        """Once."""
        assert self.judging is not None
        answer = self.ask(
            "close", "owner", "POST", f"/v1/rounds/{self.judging['id']}/close", version=self.judging["version"]
        )
        if self.judging["state"] == "closed":
            return self.refused(answer, 409, "round_closed")
        assert answer.status_code == 200, answer.text
        self.judging, self.phase = answer.json(), "decide"
        return None

    @rule()
    def finish(self) -> None:
        """When it was judged and nothing is open."""
        version = self.runner.run(self.bench.now())["version"]
        answer = self.ask("finish", "owner", "POST", f"{self.script}/finish", version=version)
        if self.phase == "finished":
            return self.refused(answer, 409, "script_finished")
        if self.phase != "decide" or not self.order:
            return self.refused(answer, 409, "not_ready")
        assert answer.status_code == 201, answer.text
        self.versions, self.phase = self.versions + 1, "finished"
        assert answer.json()["number"] == self.versions
        return None

    @rule()
    def reopen(self) -> None:
        """For a next version."""
        answer = self.ask("reopen", "owner", "POST", f"{self.script}/reopen", {"reason": "Once more."})
        if self.phase != "finished":
            return self.refused(answer, 409, "not_finished")
        assert answer.status_code == 200, answer.text
        self.phase = "propose"
        return None

    @invariant()
    def script_is_what_the_model_says(self) -> None:
        """Order, versions, revisions, texts and phase; each reader's own ballots; sealed versions intact; tables sound."""
        if not hasattr(self, "admin"):
            return
        for who in ("sales", "support"):
            person: Person = getattr(self.bench, who)
            whole = self.runner.run(person.seen(f"{self.script}?include=tally"))
            items = [item for section in whole["sections"] for item in section["items"]]
            assert whole["phase"] == self.phase
            assert [item["id"] for item in items] == self.order
            shown = {item["id"]: (item["version"], item["revision"], item["text"]) for item in items}
            assert shown == {one: (k.version, k.revision, k.text) for one in self.order for k in [self.items[one]]}
            mine = {entry["item_id"]: entry["mine"] for entry in whole["tally"]["items"]}
            assert {
                item: (ballot["revision"], ballot["choice"], ballot["stale"]) for item, ballot in mine.items() if ballot
            } == {
                item: (*self.ballots[who, item], self.is_stale(who, item))
                for item in self.order
                if (who, item) in self.ballots
            }
        sealed = self.runner.run(self.bench.owner.seen(f"{self.script}/versions"))
        assert [version["number"] for version in sealed] == list(range(self.versions, 0, -1))
        for version in sealed:
            assert self.runner.run(self.bench.owner.seen(f"{self.script}/versions/{version['number']}/verify"))[
                "intact"
            ]
        assert self.runner.run(unsound(self.admin)) == {}

    def is_stale(self, who: str, item: str) -> bool:
        """Whether the text has changed since; texts of this machine never come back."""
        return self.ballots[who, item][0] != self.items[item].revision


@pytest_asyncio.fixture
async def lasting_dsn(dsn: str) -> AsyncIterator[str]:
    """A database whose name a synchronous test may use."""
    yield dsn


@pytest.fixture
def did(lasting_dsn: str, settings: Settings) -> Counter[str]:
    """What the machine did, by rule and status, on a database of its own."""
    ScriptMachine.dsn, ScriptMachine.settings = lasting_dsn, settings
    ScriptMachine.did, ScriptMachine.workspaces = Counter(), 0
    return ScriptMachine.did


def test_each_rule_is_kept_and_broken_as_the_model_says(did: Counter[str]) -> None:
    machine = ScriptMachine()
    steps: list[Callable[[], object]] = [
        machine.reopen,
        lambda: machine.propose("sales", 1, "last"),
        lambda: machine.propose("support", 2, "first"),
        lambda: machine.propose("owner", 3, "after"),
        lambda: machine.edit("sales", 0, True, False),
        lambda: machine.edit("sales", 0, False, False),
        lambda: machine.move(0, 1, False),
        lambda: machine.judge("sales", 0, "keep", False),
        machine.finish,
        machine.open_round,
        machine.open_round,
        lambda: machine.judge("sales", 0, "keep", False),
        lambda: machine.judge("support", 0, "drop", True),
        lambda: machine.edit("support", 0, False, False),
        lambda: machine.judge("sales", 0, "pass", False),
        lambda: machine.remove(1, True),
        lambda: machine.remove(1, False),
        machine.close,
        machine.close,
        machine.finish,
        machine.finish,
        lambda: machine.propose("owner", 4, "last"),
        lambda: machine.edit("owner", 0, False, False),
        lambda: machine.move(0, 0, True),
        lambda: machine.remove(0, False),
        machine.open_round,
        machine.reopen,
        machine.open_round,
    ]
    try:
        machine.found(0)
        for step in steps:
            step()
            machine.script_is_what_the_model_says()
    finally:
        machine.teardown()

    statuses = {
        rule_name: {int(step.split()[1]) // 100 for step in did if step.startswith(f"{rule_name} ")}
        for rule_name in ("propose", "edit", "move", "remove", "open", "judge", "close", "finish", "reopen")
    }
    assert statuses == {rule_name: {2, 4} for rule_name in statuses}


def test_any_sequence_leads_where_the_model_says(
    did: Counter[str], record_property: Callable[[str, object], None]
) -> None:
    run_state_machine_as_test(
        ScriptMachine,
        settings=hypothesis.settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )  # fmt: skip

    assert did.total() > EXAMPLES * STEPS // 2
    told = f"{ScriptMachine.workspaces} examples, {did.total()} steps: {dict(sorted(did.items()))}"
    record_property("figure", f"state machine: {told}")


@pytest_asyncio.fixture
async def crowd(api: httpx.AsyncClient, owner: Person) -> tuple[Bench, list[Person]]:
    """Two departments with editors, who all may do the same."""
    bench = await set_up(owner)
    more = [await owner.colleague(f"Editor {n}", "editor", bench.sales.department_id) for n in range(ACTORS - 2)]
    return bench, [bench.sales, bench.support, *more]


async def test_bursts_of_edits_and_ballots_lose_nobodys_work(
    crowd: tuple[Bench, list[Person]], dsn: str, record_property: Callable[[str, object], None]
) -> None:
    """Each acknowledged edit was made on the version that it named, once; whoever reads later sees it or a later one."""
    bench, editors = crowd
    section = await bench.section()
    items = [(await bench.question(section, f"Question {number}?"))["id"] for number in range(6)]
    await bench.owner.made(f"/v1/scripts/{bench.script['id']}/rounds", {})
    dice = random.Random(7)
    history: dict[str, list[int]] = {item: [] for item in items}
    answers: Counter[str] = Counter()

    async def once(person: Person, number: int) -> None:
        item, kind = dice.choice(items), dice.choice(["edit", "edit", "judge", "move", "read"])
        seen = await person.seen(f"/v1/items/{item}")
        acknowledged = max(history[item], default=1)
        if kind == "edit":
            answer = await person.patch(
                f"/v1/items/{item}", {"text": f"Question {person.name} {number}?"}, seen["version"]
            )
            if answer.status_code == 200:
                history[item].append(answer.json()["version"])
                assert answer.json()["version"] == seen["version"] + 1
        elif kind == "judge":
            body = {"revision": seen["revision"], "choice": dice.choice(["keep", "drop", "pass"])}
            answer = await person.put(f"/v1/items/{item}/ballot", body)
        elif kind == "move":
            body = {"section_id": section["id"], "after": dice.choice([one for one in items if one != item])}
            answer = await person.post(f"/v1/items/{item}/move", body, If_Match=f'"{seen["version"]}"')
            if answer.status_code == 200:
                history[item].append(answer.json()["version"])
        else:
            answer = await person.get(f"/v1/items/{item}")
            assert answer.json()["version"] >= acknowledged
        answers[f"{kind} {answer.status_code}"] += 1
        assert answer.status_code in (200, 409, 412), answer.text

    for _ in range(BURSTS):
        await asyncio.gather(*(once(editors[number % ACTORS], dice.randrange(10**9)) for number in range(BURST)))

    now = [item for part in (await bench.now())["sections"] for item in part["items"]]
    assert sorted(item["id"] for item in now) == sorted(items)
    for item in now:
        # Versions rise by one with each success and by nothing else, so none was written over.
        assert sorted(history[item["id"]]) == list(range(2, item["version"] + 1))
    admin = await asyncpg.connect(dsn)
    assert await unsound(admin) == {}
    await admin.close()
    record_property(
        "figure", f"bursts: {BURSTS * BURST} requests of {ACTORS} people at once: {dict(sorted(answers.items()))}"
    )
