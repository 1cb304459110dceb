"""HTTP of the linter: drafts in, findings out; and the rules."""

from typing import Annotated, Any, TypeAlias

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, PathParameter

from crossview.bank.linting import drafts, rules
from crossview.bank.linting.linter import Linter
from crossview.foundation.door import OpenDoor
from crossview.foundation.operations import operation
from crossview.foundation.permissions import Permission

RuleCode = Annotated[str, PathParameter(max_length=20, description="The code of a rule, such as `CV301`.")]
OpenLinter: TypeAlias = NamedDependency[Linter]


async def open_linter(request: Request[Any, Any, Any]) -> Linter:
    """The dependency `linter`: the one of this process."""
    linter: Linter = request.app.state.linter
    return linter


LINTER = {"linter": Provide(open_linter)}


@post(
    "/v1/lint",
    status_code=200,
    **operation(
        "lint",
        Permission.LINT,
        example={
            "questions": [
                {"text": "Don't you agree that the export is too slow?"},
                {"text": "Do you use filters?", "section": "warm_up", "language": "en"},
            ]
        },
    ),
)
async def lint(door: OpenDoor, linter: OpenLinter, data: JSONBody[drafts.Drafts]) -> Response[drafts.LintedDrafts]:
    """Lint questions that are nowhere yet; nothing is written."""
    return await door.work_out(drafts.take_drafts, lambda taken: drafts.lint_drafts(linter, taken), data)


@get("/v1/rules", **operation("list_rules", Permission.LINT))
async def list_rules(door: OpenDoor, linter: OpenLinter) -> Response[rules.RuleCards]:
    """List the rules of wording, with their reasons and examples."""
    return await door.read_and_work_out(rules.may_read, lambda _: rules.list_rules(linter))


@get("/v1/rules/{code:str}", **operation("read_rule", Permission.LINT, rules.UnknownRule))
async def read_rule(door: OpenDoor, linter: OpenLinter, code: RuleCode) -> Response[rules.RuleCard]:
    """Read one rule, with its reason and examples."""
    return await door.read_and_work_out(rules.may_read, lambda _: rules.read_rule(linter, code))


router = Router(path="/", tags=["Wording"], dependencies=LINTER, route_handlers=[lint, list_rules, read_rule])
