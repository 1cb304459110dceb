"""What a script would be sealed with: the script as it will be asked, how its questions were chosen, and by which settings."""

from uuid import UUID

import msgspec

from crossview.scripts.outline import Draft, document
from crossview.scripts.seal import LeftOut, Pick, SealedContent
from crossview.votes.rounds import Round
from crossview.votes.selection import Choice, quoted


def sealed_content(draft: Draft, choice: Choice, newest: Round) -> SealedContent:
    """All that the seal covers."""
    names = draft.departments

    def name(department_id: UUID | None) -> str:
        return names.get(department_id, "") if department_id else ""

    return SealedContent(
        script=document(draft, without=frozenset(item.item_id for item in choice.left_out)),
        picks=tuple(Pick(pick.text, name(pick.department_id), str(pick.minutes), pick.phase) for pick in choice.picks),
        left_out=tuple(
            LeftOut(item.text, name(item.department_id), item.sentence.replace(quoted(item.text), "It", 1))
            for item in choice.left_out
        ),
        settings=msgspec.to_builtins(newest.settings),
    )
