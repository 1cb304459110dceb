"""Comments on a script or on one of its items."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.scripts.scripts import find_script

sql = statements(__package__, "scripts.sql")

CommentText = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]


class NotYourComment(Refusal):
    """Only its author may change the words of a comment. Anybody may resolve it."""

    status = 403
    code = "not_your_comment"


class Comment(msgspec.Struct, frozen=True):
    """A comment; `item_id` is null when it is about the script as a whole, or when its item was removed."""

    id: UUID
    script_id: UUID
    item_id: UUID | None
    author_id: UUID
    text: str
    resolved_at: datetime | None
    version: int
    created_at: datetime


class NewComment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment to be."""

    text: CommentText
    item_id: UUID | None = None


class CommentChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a comment."""

    text: CommentText | UnsetType = UNSET
    resolved: bool | UnsetType = UNSET


async def comment(visit: Visit, script_id: UUID, new: NewComment) -> Comment:
    """Say something about a script or one of its items. Raises `NotFound`, `UnknownReference`."""
    script = await find_script(visit, script_id)
    if new.item_id is not None and not await visit.value(
        sql["item_of_script"], visit.workspace_id, script_id, new.item_id
    ):
        raise UnknownReference(path="$.item_id", thing="item of this script")
    made = await visit.one(
        Comment, sql["add_comment"], visit.workspace_id, script_id, new.item_id, visit.actor.member_id, new.text
    )
    assert made is not None
    await events.append(visit, "comment.added", made.id, study_id=script.study_id, script_id=script_id)
    return made


async def list_comments(visit: Visit, script_id: UUID, cursor: str | None, limit: int) -> Page[Comment]:
    """The comments on a script and its items, in the order in which they were made. Raises `NotFound`."""
    await find_script(visit, script_id)
    after = after_cursor(cursor, UUID)
    rows = await visit.many(Comment, sql["list_comments"], visit.workspace_id, script_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def change_comment(visit: Visit, comment_id: UUID, expected: int, change: CommentChange) -> Comment:
    """Reword one's own comment, or resolve or reopen anybody's.

    Raises `NotFound`, `StaleVersion`, `NotYourComment`.
    """
    current = await visit.one(Comment, sql["lock_comment"], visit.workspace_id, comment_id)
    if current is None:
        raise NotFound(thing="comment")
    script = await find_script(visit, current.script_id)
    same_version(current, expected)
    text = current.text if change.text is UNSET else change.text
    if text != current.text and current.author_id != visit.actor.member_id:
        raise NotYourComment
    resolved_at = current.resolved_at
    if change.resolved is not UNSET:
        resolved_at = (current.resolved_at or visit.now) if change.resolved else None
    after = await visit.one(Comment, sql["change_comment"], visit.workspace_id, comment_id, text, resolved_at)
    assert after is not None
    await events.append(visit, "comment.changed", comment_id, study_id=script.study_id, script_id=script.id)
    return after
