"""HTTP of studies and their context cards."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from crossview.context import cards, studies
from crossview.foundation.door import OpenDoor
from crossview.foundation.errors import InvalidCursor, NotFound, UnknownReference
from crossview.foundation.operations import operation
from crossview.foundation.pages import Cursor, Limit, Page
from crossview.foundation.permissions import Permission


@post(
    "/v1/studies",
    **operation(
        "open_study",
        Permission.CREATE_STUDY,
        UnknownReference,
        studies.OwnDepartmentMissing,
        example={
            "title": "Why exports fail",
            "goal": "Learn what people try before they write to support.",
            "stage": "discovery",
        },
    ),
)
async def open_study(door: OpenDoor, data: JSONBody[studies.NewStudy]) -> Response[studies.Study]:
    """Open a study and invite departments to it."""
    return await door.create(studies.open_study, data)


@get("/v1/studies", **operation("list_studies", Permission.READ_STUDY, InvalidCursor))
async def list_studies(door: OpenDoor, cursor: Cursor = None, limit: Limit = 50) -> Response[Page[studies.Study]]:
    """List the studies that are open to you, newest first."""
    return await door.read(studies.list_studies, cursor, limit)


@get("/v1/studies/{study_id:uuid}", **operation("read_study", Permission.READ_STUDY, NotFound))
async def read_study(door: OpenDoor, study_id: FromPath[UUID]) -> Response[studies.Study]:
    """Read one study."""
    return await door.read(studies.find_study, study_id)


@patch(
    "/v1/studies/{study_id:uuid}",
    **operation(
        "change_study",
        Permission.EDIT_STUDY,
        NotFound,
        UnknownReference,
        studies.OwnDepartmentMissing,
        needs_version=True,
        example={"goal": "Learn what people try before and after they write to support.", "stage": "concept"},
    ),
)
async def change_study(
    door: OpenDoor, study_id: FromPath[UUID], data: JSONBody[studies.StudyChange]
) -> Response[studies.Study]:
    """Change a study or the departments that are invited to it."""
    return await door.change(studies.change_study, study_id, door.expected, data)


@post(
    "/v1/studies/{study_id:uuid}/context-cards",
    **operation(
        "write_context_card",
        Permission.WRITE_CONTEXT,
        NotFound,
        UnknownReference,
        cards.AnotherDepartment,
        cards.DepartmentNotNamed,
        cards.DepartmentNotInvited,
        example={
            "kind": "signal",
            "text": "Three of the last ten tickets are about exports that stop half way.",
            "expires_on": "2027-03-31",
        },
    ),
)
async def write_context_card(
    door: OpenDoor, study_id: FromPath[UUID], data: JSONBody[cards.NewContextCard]
) -> Response[cards.ContextCard]:
    """Leave a context card: what presses us, what we hear, or what we want to learn."""
    return await door.create(cards.write_card, study_id, data)


@get(
    "/v1/studies/{study_id:uuid}/context-cards",
    **operation("list_context_cards", Permission.READ_STUDY, NotFound, InvalidCursor),
)
async def list_context_cards(
    door: OpenDoor, study_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[cards.ContextCard]]:
    """List the context cards of a study."""
    return await door.read(cards.list_cards, study_id, cursor, limit)


@get("/v1/context-cards/{card_id:uuid}", **operation("read_context_card", Permission.READ_STUDY, NotFound))
async def read_context_card(door: OpenDoor, card_id: FromPath[UUID]) -> Response[cards.ContextCard]:
    """Read one context card."""
    return await door.read(cards.read_card, card_id)


@patch(
    "/v1/context-cards/{card_id:uuid}",
    **operation(
        "change_context_card",
        Permission.WRITE_CONTEXT,
        NotFound,
        cards.AnotherAuthor,
        needs_version=True,
        example={"text": "Four of the last ten tickets are about exports that stop half way.", "expires_on": None},
    ),
)
async def change_context_card(
    door: OpenDoor, card_id: FromPath[UUID], data: JSONBody[cards.ContextCardChange]
) -> Response[cards.ContextCard]:
    """Change a context card that you wrote."""
    return await door.change(cards.change_card, card_id, door.expected, data)


@delete(
    "/v1/context-cards/{card_id:uuid}",
    **operation("remove_context_card", Permission.WRITE_CONTEXT, NotFound, cards.AnotherAuthor, needs_version=True),
)
async def remove_context_card(door: OpenDoor, card_id: FromPath[UUID]) -> Response[None]:
    """Take away a context card that you wrote."""
    return await door.remove(cards.remove_card, card_id, door.expected)


router = Router(
    path="/",
    tags=["Studies"],
    route_handlers=[
        open_study,
        list_studies,
        read_study,
        change_study,
        write_context_card,
        list_context_cards,
        read_context_card,
        change_context_card,
        remove_context_card,
    ],
)
