"""HTTP of judging and deciding: the script with its tally, rounds, ballots, selection, finish and reopen."""

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from litestar import Request, Response, Router, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from crossview.bank.linting.routes import LINTER, OpenLinter
from crossview.foundation.door import OpenDoor
from crossview.foundation.errors import NotFound
from crossview.foundation.operations import operation
from crossview.foundation.permissions import Permission
from crossview.scripts.findings import TooLongToLint
from crossview.scripts.lifecycle import SealedVersion, Version
from crossview.scripts.scripts import ScriptFinished
from crossview.votes import (
    board,
    brief,
    cast,
    comparison,
    equal_shares,
    finish,
    objections,
    rounds,
    selection,
    signoffs,
    tally,
)
from crossview.votes.refusals import BadSetting, BudgetNegative, NotANumber, TooManyDecimals

Included = Annotated[
    Literal["tally", "findings", "tally,findings", "findings,tally"] | None,
    QueryParameter(
        description="`tally` adds what the ballots say, as far as you may see it; `findings` adds what the rules of wording "
        "find. A comma between them asks for both."
    ),
]
WhatIfMinutes = Annotated[
    Decimal | None,
    QueryParameter(description="What if there were that many minutes? Nothing changes."),
]
WhatIfSplit = Annotated[
    equal_shares.Split | None, QueryParameter(description="What if minutes were split that way? Nothing changes.")
]
WhatIfStep = Annotated[
    bool | None, QueryParameter(description="What if this step were taken or left out? Nothing changes.")
]
UNSPENDABLE = (BudgetNegative, NotANumber, TooManyDecimals)
OpenBoards: TypeAlias = NamedDependency[board.Boards]


async def open_boards(request: Request[Any, Any, Any]) -> board.Boards:
    """The dependency `boards`: what this process keeps written out."""
    boards: board.Boards = request.app.state.boards
    return boards


_PARTS: dict[str | None, tuple[board.Part, ...]] = {
    None: (),
    "tally": ("tally",),
    "findings": ("findings",),
    "tally,findings": ("tally", "findings"),
    "findings,tally": ("tally", "findings"),
}
_DEPENDENCIES = {"boards": Provide(open_boards)}


@post(
    "/v1/scripts/{script_id:uuid}/rounds",
    **operation(
        "open_round",
        Permission.OPEN_ROUND,
        NotFound,
        ScriptFinished,
        rounds.RoundOpenAlready,
        BadSetting,
        example={"settings": {"split": "department", "person_cap": "1/6", "utility": "approval"}},
    ),
)
async def open_round(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[rounds.NewRound]
) -> Response[rounds.Round]:
    """Open a round: the members of all invited departments judge."""
    return await door.create(rounds.open_round, script_id, data)


@get("/v1/scripts/{script_id:uuid}/rounds", **operation("list_rounds", Permission.READ_SCRIPT, NotFound))
async def list_rounds(door: OpenDoor, script_id: FromPath[UUID]) -> Response[tuple[rounds.Round, ...]]:
    """List the rounds of a script, newest first."""
    return await door.read(rounds.list_rounds, script_id)


@get("/v1/rounds/{round_id:uuid}", **operation("read_round", Permission.READ_SCRIPT, NotFound))
async def read_round(door: OpenDoor, round_id: FromPath[UUID]) -> Response[rounds.Round]:
    """Read one round."""
    return await door.read(rounds.read_round, round_id)


@post(
    "/v1/rounds/{round_id:uuid}/close",
    status_code=200,
    **operation("close_round", Permission.CLOSE_ROUND, NotFound, rounds.RoundClosed, needs_version=True),
)
async def close_round(door: OpenDoor, round_id: FromPath[UUID]) -> Response[rounds.Round]:
    """Close a round: no ballot is accepted any more."""
    return await door.act(rounds.close_round, round_id, door.expected)


@put(
    "/v1/items/{item_id:uuid}/ballot",
    **operation(
        "cast_ballot",
        Permission.CAST_BALLOT,
        NotFound,
        rounds.RoundClosed,
        cast.NotJudged,
        cast.NotOnRoster,
        cast.StaleBallot,
        example={
            "revision": 1,
            "choice": "keep",
            "grade": 4,
            "reason": "Support hears this every week and has never seen it happen.",
        },
    ),
)
async def cast_ballot(door: OpenDoor, item_id: FromPath[UUID], data: JSONBody[cast.NewBallot]) -> Response[cast.Ballot]:
    """Judge an item: keep, drop or pass, perhaps with a grade and a reason."""
    return await door.change_at_once(cast.cast_ballot, item_id, data)


@get("/v1/items/{item_id:uuid}/ballot", **operation("read_own_ballot", Permission.CAST_BALLOT, NotFound))
async def read_own_ballot(door: OpenDoor, item_id: FromPath[UUID]) -> Response[cast.Ballot]:
    """Read your own ballot on an item."""
    return await door.read(cast.read_own_ballot, item_id)


@get("/v1/scripts/{script_id:uuid}/tally", **operation("read_tally", Permission.READ_SCRIPT, NotFound))
async def read_tally(door: OpenDoor, boards: OpenBoards, script_id: FromPath[UUID]) -> Response[tally.Tally]:
    """Read what the ballots say, as far as you may see it, with your own ballots."""
    return await door.read_written(board.read_tally, boards, script_id)


@get(
    "/v1/scripts/{script_id:uuid}/selection",
    **operation("read_selection", Permission.READ_SCRIPT, NotFound, selection.NotDecided, *UNSPENDABLE),
)
async def read_selection(
    door: OpenDoor,
    script_id: FromPath[UUID],
    minutes: WhatIfMinutes = None,
    split: WhatIfSplit = None,
    completion: WhatIfStep = None,
    fill: WhatIfStep = None,
) -> Response[selection.Choice]:
    """Read which questions fill the minutes, who paid for them, and why the others stay out."""
    return await door.read(selection.read_choice, script_id, selection.WhatIf(minutes, split, completion, fill))


@get(
    "/v1/scripts/{script_id:uuid}/comparison",
    **operation("compare_splits", Permission.READ_SCRIPT, NotFound, selection.NotDecided),
)
async def compare_splits(door: OpenDoor, script_id: FromPath[UUID]) -> Response[comparison.Comparison]:
    """Read what the minutes would buy by department, half and half, and by head."""
    return await door.read(comparison.compare_splits, script_id)


@get(
    "/v1/scripts/{script_id:uuid}/dissent",
    **operation("read_dissent", Permission.READ_SCRIPT, NotFound, selection.NotDecided),
)
async def read_dissent(door: OpenDoor, script_id: FromPath[UUID]) -> Response[brief.Brief]:
    """Read who stands against what was chosen, with the reasons of both sides and what was answered."""
    return await door.read(brief.read_brief, script_id)


@post(
    "/v1/items/{item_id:uuid}/objections",
    **operation(
        "file_objection",
        Permission.CAST_BALLOT,
        NotFound,
        ScriptFinished,
        cast.NotJudged,
        objections.ObjectionNotOpen,
        objections.ObjectionWithoutDrop,
        objections.ObjectionDepartmentHasStatistics,
        objections.ObjectionExists,
        example={"reason": "Only administrators can answer this, and we invite nobody of them."},
    ),
)
async def file_objection(
    door: OpenDoor, item_id: FromPath[UUID], data: JSONBody[objections.NewObjection]
) -> Response[objections.Objection]:
    """Object to a question for a department that is too small for statistics."""
    return await door.create(objections.file_objection, item_id, data)


_DISSENT = "/v1/scripts/{script_id:uuid}/dissent/{item_id:uuid}/{department_id:uuid}/answer"
_ANSWER = {"text": "We ask it last, and of administrators only.", "outcome": "kept_with_note"}


@post(
    _DISSENT,
    **operation(
        "answer_dissent",
        Permission.FINISH_SCRIPT,
        NotFound,
        ScriptFinished,
        selection.NotDecided,
        brief.DissentAnswered,
        example=_ANSWER,
    ),
)
async def answer_dissent(
    door: OpenDoor,
    script_id: FromPath[UUID],
    item_id: FromPath[UUID],
    department_id: FromPath[UUID],
    data: JSONBody[brief.NewAnswer],
) -> Response[brief.Answer]:
    """Answer a department that stands against a question of the script."""
    return await door.create(brief.answer_dissent, script_id, item_id, department_id, data)


@put(
    _DISSENT,
    **operation(
        "change_dissent_answer",
        Permission.FINISH_SCRIPT,
        NotFound,
        ScriptFinished,
        selection.NotDecided,
        needs_version=True,
        example=_ANSWER,
    ),
)
async def change_dissent_answer(
    door: OpenDoor,
    script_id: FromPath[UUID],
    item_id: FromPath[UUID],
    department_id: FromPath[UUID],
    data: JSONBody[brief.NewAnswer],
) -> Response[brief.Answer]:
    """Change what a department was answered."""
    return await door.change(brief.change_answer, script_id, item_id, department_id, door.expected, data)


@put(
    "/v1/scripts/{script_id:uuid}/sign-off-request",
    **operation(
        "ask_for_sign_off",
        Permission.FINISH_SCRIPT,
        NotFound,
        ScriptFinished,
        selection.NotDecided,
        signoffs.DeadlinePassed,
        example={"deadline": "2099-02-09T17:00:00+02:00"},
    ),
)
async def ask_for_sign_off(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[signoffs.SignOffRequest]
) -> Response[signoffs.SignOffs]:
    """Ask every invited department to sign off the script, or move the deadline."""
    return await door.change(signoffs.ask_for_sign_off, script_id, data)


@get(
    "/v1/scripts/{script_id:uuid}/sign-offs",
    **operation("read_sign_offs", Permission.READ_SCRIPT, NotFound, selection.NotDecided),
)
async def read_sign_offs(door: OpenDoor, script_id: FromPath[UUID]) -> Response[signoffs.SignOffs]:
    """Read where the departments stand, and the hash of what they are to sign."""
    return await door.read(signoffs.read_sign_offs, script_id)


@put(
    "/v1/scripts/{script_id:uuid}/sign-off",
    **operation(
        "sign_off",
        Permission.SIGN_OFF,
        NotFound,
        ScriptFinished,
        selection.NotDecided,
        cast.NotOnRoster,
        signoffs.NotAskedToSign,
        signoffs.NoteMissing,
        signoffs.SignedAnotherText,
        example={"sha256": "0" * 64, "decision": "approved_with_note", "note": "Mind the tone of question 4."},
    ),
)
async def sign_off(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[signoffs.NewSignOff]
) -> Response[signoffs.SignOffs]:
    """Sign the script off for your department, or object with a reason."""
    return await door.change(signoffs.sign_off, script_id, data)


@put(
    "/v1/scripts/{script_id:uuid}/sign-offs/{department_id:uuid}/answer",
    **operation(
        "answer_sign_off",
        Permission.FINISH_SCRIPT,
        NotFound,
        ScriptFinished,
        selection.NotDecided,
        example={"text": "We leave the question out with new customers."},
    ),
)
async def answer_sign_off(
    door: OpenDoor, script_id: FromPath[UUID], department_id: FromPath[UUID], data: JSONBody[signoffs.NewSignOffAnswer]
) -> Response[signoffs.SignOffs]:
    """Answer a department that objects to the script."""
    return await door.change(signoffs.answer_sign_off, script_id, department_id, data)


@post(
    "/v1/scripts/{script_id:uuid}/finish",
    **operation(
        "finish_script",
        Permission.FINISH_SCRIPT,
        NotFound,
        ScriptFinished,
        finish.NotReady,
        needs_version=True,
    ),
)
async def finish_script(door: OpenDoor, script_id: FromPath[UUID]) -> Response[SealedVersion]:
    """Finish a script: seal it as a version and send it to the connected tools."""
    return await door.create(finish.finish_script, script_id, door.expected)


@post(
    "/v1/scripts/{script_id:uuid}/reopen",
    status_code=200,
    **operation(
        "reopen_script",
        Permission.REOPEN_SCRIPT,
        NotFound,
        finish.NotFinished,
        example={"reason": "The pilot ran twelve minutes over."},
    ),
)
async def reopen_script(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[finish.Reopening]
) -> Response[Version]:
    """Reopen a finished script to make a next version; the sealed one stays."""
    return await door.act(finish.reopen_script, script_id, data)


@get(
    "/v1/scripts/{script_id:uuid}",
    tags=["Scripts"],
    dependencies={**_DEPENDENCIES, **LINTER},
    **operation("read_script", Permission.READ_SCRIPT, NotFound, TooLongToLint),
)
async def read_script(
    door: OpenDoor, boards: OpenBoards, linter: OpenLinter, script_id: FromPath[UUID], include: Included = None
) -> Response[board.JudgedScript]:
    """Read a whole script in reading order, with its tally and its findings where they are asked for."""
    return await door.read_written(board.read_script, boards, linter, script_id, _PARTS[include])


# `read_script` is not among them: its address is shared with the room of scripts, and one address takes one router.
router = Router(
    path="/",
    tags=["Votes"],
    dependencies=_DEPENDENCIES,
    route_handlers=[
        open_round,
        list_rounds,
        read_round,
        close_round,
        cast_ballot,
        read_own_ballot,
        read_tally,
        read_selection,
        compare_splits,
        read_dissent,
        file_objection,
        answer_dissent,
        change_dissent_answer,
        ask_for_sign_off,
        read_sign_offs,
        sign_off,
        answer_sign_off,
        finish_script,
        reopen_script,
    ],
)
