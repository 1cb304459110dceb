"""The third part: everybody judges, blind; then the minutes are shared out, and counting heads is set beside it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from crossview.cli.story.company import Team
from crossview.cli.story.departments import SIDES, short
from crossview.cli.story.heads import Cast, by_heads, wanted_minutes
from crossview.cli.story.opinions import Opinion, opinion
from crossview.cli.story.person import Person
from crossview.cli.story.stage import Stage
from crossview.cli.transfer import excerpt
from crossview.scripts.guide.plain import plain

SHOWN_PICKS = 9
SHOWN_LEFT_OUT = 1
LONGEST_SENTENCE = 200
BESIDE = 48
"""Columns of a page that the minutes and the payers need beside a question."""


async def judge(stage: Stage, team: Team, script_id: str, views: Mapping[str, str]) -> list[Cast]:
    """A round from its opening to its close, all ballots in it. `views` are those of the departments, by item."""
    researcher = team.researcher
    opened = await researcher.post(f"/v1/scripts/{script_id}/rounds", {})
    tally = await researcher.get(f"/v1/scripts/{script_id}/tally")
    revisions = {item["item_id"]: item["revision"] for item in tally["items"]}

    async def cast(person: Person, item_id: str, held: Opinion) -> Cast:
        ballot = {"revision": revisions[item_id], "choice": held.choice, "grade": held.grade, "reason": held.reason}
        await person.put(f"/v1/items/{item_id}/ballot", ballot)
        return Cast(person.department_id or "", item_id, held.choice)

    # The lead of Sales comes last, to see what one sees before and after.
    watcher = team.lead(SIDES[0])
    ballots = [
        (person, item_id, opinion(views[item_id][place], number, question))
        for place, side in enumerate(SIDES)
        for number, person in enumerate(team.people[side.name])
        for question, item_id in enumerate(views)
    ]
    early = [ballot for ballot in ballots if ballot[0] is not watcher]
    late = [ballot for ballot in ballots if ballot[0] is watcher]
    done = await stage.together("Judging", cast, early)
    before = await watcher.get(f"/v1/scripts/{script_id}/tally")
    done += await stage.together("Judging", cast, late)
    after = await watcher.get(f"/v1/scripts/{script_id}/tally")
    stage.act(f"Everybody judges every question: {len(done)} ballots of keep, drop or pass")
    _say_what_is_hidden(stage, watcher, before, after)
    await researcher.post(f"/v1/rounds/{opened['id']}/close", version=opened["version"])
    return done


def _say_what_is_hidden(stage: Stage, watcher: Person, before: Any, after: Any) -> None:
    if not before["items"]:
        stage.say(
            "There is no question in it, so there is nothing to judge. The round is opened and closed all the same."
        )
        return
    hidden = sum(1 for item in before["items"] if item["shown"] is None)
    shown = next(item["shown"] for item in after["items"] if item["shown"])
    score = "no score yet" if shown["dbs"] is None else f"a score of {shown['dbs']}"
    stage.say(
        f"Nobody can follow the crowd: {watcher.name}, the last to judge, sees no score on {hidden} of "
        f"{len(before['items'])} questions. After his own ballot he sees {score} on the first, and still not who voted how."
    )


async def decide(stage: Stage, team: Team, script_id: str, ballots: list[Cast]) -> None:
    """Show what the minutes were spent on, who won them, and what counting heads would have picked."""
    choice = await team.researcher.get(f"/v1/scripts/{script_id}/selection")
    costs = _costs(choice, ballots)
    if not costs:
        stage.act("The minutes")
        stage.say("No question competes for the minutes, so all of the script stays in.")
        return
    budget = _number(choice["budget"])
    stage.act(f"The minutes are shared: each department owns {_plain(budget / len(SIDES))} of {_plain(budget)}")
    rows = [
        (
            f"{_plain(_number(pick['minutes']))} min",
            excerpt(plain(pick["text"]), stage.width - BESIDE),
            _payers(team, pick),
        )
        for pick in choice["picks"][:SHOWN_PICKS]
    ]
    more = len(choice["picks"]) - len(rows)
    stage.table(
        ("", "chosen" if not more else f"chosen, the first {len(rows)} of {len(choice['picks'])}", "paid mostly by"),
        rows,
    )
    told = [item for item in choice["left_out"] if len(item["sentence"]) <= LONGEST_SENTENCE]
    for item in sorted(told, key=lambda item: _number(item["missing"]))[:SHOWN_LEFT_OUT]:
        stage.say(item["sentence"])
    _compare(stage, team, choice, ballots, costs, budget)


def _compare(
    stage: Stage, team: Team, choice: Any, ballots: list[Cast], costs: Mapping[str, Decimal], budget: Decimal
) -> None:
    fair = [pick["item_id"] for pick in choice["picks"]]
    heads = by_heads(ballots, costs, budget)
    rows = [
        (
            short(name),
            str(len(team.people[name])),
            _plain(_number(choice["won"].get(department_id, 0))),
            _plain(wanted_minutes(department_id, fair, ballots, costs)),
            _plain(wanted_minutes(department_id, heads, ballots, costs)),
        )
        for department_id, name in team.departments.items()
    ]
    headings = ("", "people", "minutes won", "minutes it wants", "the same by counting heads")
    stage.table(headings, rows, numbers=(1, 2, 3, 4))
    authors = {item["item_id"]: item["department_id"] for item in (*choice["picks"], *choice["left_out"])}
    if any(authors.values()):
        stage.say(_sentence_of_heads(team, authors, fair, heads))


def _sentence_of_heads(team: Team, authors: Mapping[str, str | None], fair: list[str], heads: list[str]) -> str:
    """Whose questions come in under both ways."""

    def tally(department_id: str) -> str:
        own = [item for item, author in authors.items() if author == department_id]
        counted, shared = sum(item in heads for item in own), sum(item in fair for item in own)
        return f"{team.departments[department_id]} {counted} instead of {shared} of its {len(own)}"

    differing = [
        tally(department_id)
        for department_id in team.departments
        if sum(authors[item] == department_id for item in heads) != sum(authors[item] == department_id for item in fair)
    ]
    same = len(set(fair) & set(heads))
    return (
        (
            f"Counting heads would keep {same} of these {len(fair)}. Of the questions that each proposed it would ask: "
            f"{', '.join(differing)}."
        )
        if differing
        else f"Counting heads would keep {same} of these {len(fair)}, and as many questions of each department."
    )


def _costs(choice: Any, ballots: list[Cast]) -> dict[str, Decimal]:
    """The minutes of each question of the pool, in reading order, which is the order of the ballots."""
    minutes = {item["item_id"]: _number(item["minutes"]) for item in (*choice["picks"], *choice["left_out"])}
    return {item: minutes[item] for item in dict.fromkeys(ballot.item_id for ballot in ballots) if item in minutes}


def _payers(team: Team, pick: Any) -> str:
    """Who paid a quarter of it or more, the largest part first; all, where nobody did."""
    paid = sorted(((_number(minutes), team.departments[side]) for side, minutes in pick["paid"].items()), reverse=True)
    names = [short(name) for minutes, name in paid if minutes * 4 >= _number(pick["minutes"])]
    gift = _number(pick["gift"])
    if not names and not gift:
        names = ["all five"]
    return ", ".join([*names, *([f"{_plain(gift)} of unused time"] if gift else [])])


def _number(value: object) -> Decimal:
    """Minutes as the API writes them, exact."""
    return msgspec.convert(str(value), Decimal)


def _plain(minutes: Decimal) -> str:
    return f"{round(minutes, 1):f}".removesuffix(".0")
