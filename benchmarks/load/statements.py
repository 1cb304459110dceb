"""The service's own statements as pgbench runs them: the parameters are drawn in its language, the text stays the same."""

import re

from benchmarks.load.company import Company

from crossview.foundation.permissions import Permission, Reach, roles_by_reach
from crossview.foundation.sql import statements

_TOKEN = "sha256(convert_to('cv_load' || to_char(:m::int, 'FM000'), 'UTF8'))"
_SCRIPT = "('00000000-0000-7000-8001-' || to_char({}::bigint, 'FM000000000000'))::uuid"
_ITEM = "('00000000-0000-7000-8003-' || to_char({}::bigint * 100 + {}, 'FM000000000000'))::uuid"


def pgbench(case: str, company: Company, *, first: int, hot: bool) -> str:
    """A script for pgbench. An edit begins at the item numbered `first`, which nobody has edited."""
    judged = "\\set s 10" if hot else f"\\set s random(1, {company.scripts // 10}) * 10"
    drawn = ["\\set m random(1, 200)", judged, "\\set q random(1, 50)"]
    match case:
        case "r1":
            args = [*_admission(Permission.READ_SCRIPT), _SCRIPT.format(":s"), "true"]
            statement = statements("crossview.votes", "votes.sql")["look_at_script"]
        case "r2":
            drawn[1] = f"\\set s random(100, {company.scripts})"
            args = [*_admission(Permission.READ_SCRIPT), "null", _SCRIPT.format(":s"), "50"]
            statement = statements("crossview.scripts", "scripts.sql")["list_scripts"]
        case "w1":
            choice = "(array['keep', 'drop', 'pass'])[1 + :m::int % 3]"
            kinds = "array['question', 'task']"
            args = [*_admission(Permission.CAST_BALLOT), _ITEM.format(":s", ":q"), "1", choice, "null", "''", kinds]
            statement = statements("crossview.votes", "votes.sql")["cast_ballot"]
        case "w2":
            # Each of the 8 clients walks through items of its own, in scripts without ballots: an edit makes those stale.
            drawn = [
                "\\set m random(1, 200)",
                "\\set edited :edited + 1",
                f"\\set at {first} + :client_id * 2000 + :edited",
                f"\\set k (:at / 50) % {company.scripts * 9 // 10}",
                "\\set s :k + :k / 9 + 1",
                "\\set q :at % 50 + 1",
            ]
            text = "'Tell me about attempt ' || :at::int || ' at that export.'"
            fingerprint = f"sha256(convert_to({text}, 'UTF8'))"
            args = [*_admission(Permission.EDIT_SCRIPT), _ITEM.format(":s", ":q"), "1", "'{}'", text, fingerprint]
            statement = statements("crossview.scripts", "scripts.sql")["change_item"]
        case _:
            raise ValueError(case)
    return "\n".join(
        [*drawn, re.sub(r"\$(\d+)", lambda found: args[int(found[1]) - 1], statement).replace("\n", " ") + ";"]
    )


def _admission(permission: Permission) -> list[str]:
    roles = roles_by_reach(permission)
    arrays = (
        "array[" + ", ".join(f"'{role}'" for role in roles[reach]) + "]::text[]"
        for reach in (Reach.ALL, Reach.OWN, Reach.SCOPED)
    )
    return [_TOKEN, f"'{permission}'", *arrays]
