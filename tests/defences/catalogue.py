"""What stands between a fault and somebody's work: where it stands, what is there without it, and which tests must miss it."""

from pathlib import Path

import msgspec

API = "api/crossview"
CROSSINGS = "tests/promises/test_interleavings.py::test_two_at_once_leave_one_truth_behind"
WALLS = "tests/promises/test_walls.py"


class Defence(msgspec.Struct, frozen=True):
    """`text` stands once in `file`; `without` takes its place, and one of `tests` (arguments of pytest) must turn red."""

    name: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]


def stands_once(root: Path, defence: Defence) -> bool:
    """Whether a checkout at `root` has the defence where the catalogue says."""
    return (root / defence.file).read_text(encoding="utf-8").count(defence.text) == 1


def _d(name: str, file: str, text: str, without: str, *tests: str) -> Defence:
    return Defence(name, file, text, without, tests)


DEFENCES = (
    # Nobody's edit is overwritten.
    _d(
        "If-Match is compared", f"{API}/foundation/door.py",
        "    if current.version != expected:", "    if current.version < 0:",
        "tests/scripts/test_sections.py", "tests/workspace/test_members.py",
    ),
    _d(
        "If-Match is compared by the quick edit", f"{API}/migrations/0007_calls.sql",
        "script.phase <> 'finished' and item.version = based_on;", "script.phase <> 'finished';",
        "tests/scripts/test_items.py", f"{CROSSINGS}[two editors of one item]",
    ),
    _d(
        "If-Match is asked for", f"{API}/foundation/door.py",
        "            raise VersionRequired\n", "            return 1\n",
        "tests/foundation/test_door.py", "tests/scripts/test_items.py",
    ),
    _d(
        "edits of one script take turns", f"{API}/scripts/scripts.sql",
        "select 1 from script where workspace_id = $1 and id = $2 for update;",
        "select 1 from script where workspace_id = $1 and id = $2;",
        f"{CROSSINGS}[question into what is removed]",
    ),
    _d(
        "quick edits take turns, too", f"{API}/migrations/0007_calls.sql",
        "     for update of s;", "    ;",
        f"{CROSSINGS}[finish against edit]",
    ),
    # A ballot counts once, in its round, and nobody sees it too early.
    _d(
        "a close waits for ballots", f"{API}/migrations/0007_calls.sql",
        "  perform pg_advisory_xact_lock_shared(ballot_box(judged.script_id));\n", "",
        "tests/votes/test_cast.py",
    ),
    _d(
        "no ballot in a closed round", f"{API}/migrations/0007_calls.sql",
        "on_roster and round_open and revision = ballot_revision", "on_roster and revision = ballot_revision",
        "tests/votes/test_cast.py",
    ),
    _d(
        "no ballot on another revision", f"{API}/migrations/0007_calls.sql",
        "on_roster and round_open and revision = ballot_revision", "on_roster and round_open",
        "tests/votes/test_cast.py",
    ),
    _d(
        "a changed ballot gives back what it counted", f"{API}/migrations/0007_calls.sql",
        "returning was_choice as choice, was_wording as wording, was_department_id as department_id, at into was;",
        "returning null::text as choice, was_wording as wording, was_department_id as department_id, at into was;",
        "tests/votes/test_cast.py",
    ),
    _d(
        "judging is blind", f"{API}/votes/board.py",
        "            if ballot is None and not closed:\n", "            if False:\n",
        "tests/votes/test_board.py", "tests/votes/test_cast.py",
    ),
    _d(
        "dissent is answered before the seal", f"{API}/votes/finish.py",
        "    if unheard:\n        raise NotReady(faults=unheard)\n", "",
        "tests/votes/test_brief.py", "tests/votes/test_signoffs.py",
    ),
    _d(
        "a sign-off is for what was read", f"{API}/votes/signoffs.py",
        "    if new.sha256 != current.sha256:\n", "    if False:\n",
        "tests/votes/test_signoffs.py",
    ),
    _d(
        "a small department is not exposed", f"{API}/votes/balance.py",
        "    hidden = hide(tally) if closed else tuple(tally)\n", "    hidden = ()\n",
        "tests/votes/test_balance.py",
    ),
    _d(
        "one open round a script", f"{API}/migrations/0005_votes.sql",
        "create unique index round_open_already on round (workspace_id, script_id) where state = 'open';",
        "create index round_open_already on round (workspace_id, script_id) where state = 'open';",
        "tests/votes/test_finish.py", "tests/votes/test_cast.py", "tests/promises/test_many_hands.py",
    ),
    # What the database guards by itself.
    _d(
        "one department of a name", f"{API}/migrations/0001_workspace.sql",
        "  constraint department_name_taken unique (workspace_id, name)\n",
        "  check (true)\n",
        "tests/workspace/test_departments.py",
    ),
    _d(
        "one member of an address", f"{API}/migrations/0001_workspace.sql",
        "  constraint member_email_taken unique (workspace_id, email)\n",
        "  check (true)\n",
        "tests/workspace/test_invitations.py",
    ),
    _d(
        "one seat a person", f"{API}/migrations/0006_sessions.sql",
        "create unique index seat_taken_already", "create index seat_taken_already",
        "tests/sessions/test_seats.py",
    ),
    _d(
        "events stay as they are", f"{API}/migrations/0001_workspace.sql",
        "call raise_wall('event', 'select, insert');", "call raise_wall('event', 'select, insert, update, delete');",
        "tests/foundation/test_db.py",
    ),
    _d(
        "a version of a question stays as it is", f"{API}/migrations/0010_banks.sql",
        "call raise_wall('bank_entry_version', 'select, insert');",
        "call raise_wall('bank_entry_version', 'select, insert, update, delete');",
        "tests/bank/test_transfer.py",
    ),
    _d(
        "a withdrawn id is not given to another question", f"{API}/bank/transfer.py",
        "was.withdrawn and was.sha256 != one.sha256", "False",
        "tests/bank/test_transfer.py",
    ),
    _d(
        "imports of one bank take turns", f"{API}/bank/bank.sql",
        "select id from bank where workspace_id = $1 and namespace = $2 for update;",
        "select id from bank where workspace_id = $1 and namespace = $2;",
        "tests/bank/test_transfer.py",
    ),
    # Workspaces do not see each other.
    _d(
        "a statement asks for its workspace", f"{API}/scripts/scripts.sql",
        " where workspace_id = $1 and id = $2 and ($3 or $4 = any (departments));",
        " where $1::uuid is not null and id = $2 and ($3 or $4 = any (departments));",
        f"{WALLS}::test_statements_ask_for_their_workspace_without_the_wall",
    ),
    _d(
        "a call asks for its workspace", f"{API}/migrations/0007_calls.sql",
        "   where i.workspace_id = voter.workspace_id and i.id = ballot_item;", "   where i.id = ballot_item;",
        f"{WALLS}::test_statements_ask_for_their_workspace_without_the_wall",
    ),
    _d(
        "the wall stands", f"{API}/migrations/0001_workspace.sql",
        "create policy wall on %s to public using (%s) with check (%s)', walled, own, own);",
        "create policy wall on %s to public using (true) with check (true)', walled);",
        f"{WALLS}::test_wall_holds_when_every_statement_forgets_its_workspace", "tests/foundation/test_db.py",
    ),
    _d(
        "the workspace is entered for one transaction", f"{API}/migrations/0007_calls.sql",
        "  perform set_config('cv.workspace', workspace_id::text, true);",
        "  perform set_config('cv.workspace', workspace_id::text, false);",
        "tests/foundation/test_db.py", "tests/contract/test_setting_discipline.py",
    ),
    # Who may what.
    _d(
        "a use case asks for its permission", f"{API}/foundation/door.py",
        "            visit.reach = visit.actor.reach(self._operation.permission)\n", "            visit.reach = Reach.ALL\n",
        "tests/contract/test_permissions_paired.py",
    ),
    _d(
        "a call asks for its permission", f"{API}/migrations/0007_calls.sql",
        "    raise exception using errcode = 'CV403', message = visitor.role;\n", "    everywhere := true;\n",
        "tests/contract/test_permissions_paired.py",
    ),
    _d(
        "a script is no side door to the banks", f"{API}/bank/entries.py",
        "for whom the banks are closed to.\"\"\"\n    visit.actor.reach(Permission.READ_BANK)\n",
        "for whom the banks are closed to.\"\"\"\n",
        "tests/scripts/test_updates.py",
    ),
    _d(
        "a revoked token enters nothing", f"{API}/migrations/0007_calls.sql",
        "t.hash = token_hash and t.revoked_at is null and t.expires_at > now();",
        "t.hash = token_hash and t.expires_at > now();",
        "tests/workspace/test_tokens.py",
    ),
    _d(
        "an expired token enters nothing", f"{API}/migrations/0007_calls.sql",
        "t.hash = token_hash and t.revoked_at is null and t.expires_at > now();",
        "t.hash = token_hash and t.revoked_at is null;",
        "tests/workspace/test_tokens.py",
    ),
    _d(
        "guesses are slowed down", f"{API}/foundation/edge.py",
        "if status == NotSignedIn.status and self._tries.failed(_address(scope)):", "if status == 0:",
        "tests/foundation/test_tries.py",
    ),
    # Nothing is done twice.
    _d(
        "one at a time under one key", f"{API}/foundation/door.sql",
        "select pg_try_advisory_xact_lock(hashtextextended($1, 0));", "select $1::text is not null;",
        f"{CROSSINGS}[one key twice]",
    ),
    _d(
        "a kept answer is given again", f"{API}/foundation/door.py",
        "        if kept is not None and kept.request_hash != self._request_hash:\n            raise IdempotencyKeyReused\n"
        "        return kept\n",
        "        return None\n",
        "tests/foundation/test_door.py",
    ),
    _d(
        "a late worker is fenced off", f"{API}/deliveries/deliveries.sql",
        " where workspace_id = $1 and id = $2 and attempts = $3 and state in ('pending', 'held', 'withdrawn');",
        " where workspace_id = $1 and id = $2 and $3::integer > 0 and state in ('pending', 'held', 'withdrawn');",
        "tests/deliveries/test_deliver.py",
    ),
    # What comes in is looked at.
    _d(
        "a body has a limit", f"{API}/foundation/edge.py",
        "            if size > self._limit:\n", "            if size < 0:\n",
        "tests/foundation/test_edge.py",
    ),
    _d(
        "a body has a depth", f"{API}/foundation/edge.py",
        "    if _depth(body) > DEPTH:\n", "    if _depth(body) < 0:\n",
        "tests/foundation/test_edge.py",
    ),
    _d(
        "no NUL and no half of a pair", f"{API}/foundation/edge.py",
        "    if _SUSPICIOUS_ESCAPE.search(body):\n", "    if not body:\n",
        "tests/foundation/test_edge.py",
    ),
    _d(
        "a bank holds no NUL behind an escape", f"{API}/bank/transfer.py",
        "    _refuse(list(_hidden(file)))\n", "",
        "tests/bank/test_transfer.py",
    ),
    _d(
        "a cursor is a name that we gave out", f"{API}/foundation/pages.py",
        'msgspec.Meta(pattern=r"^[!-~]{1,100}$(?!\\n)")', "msgspec.Meta()",
        "tests/foundation/test_pages.py",
    ),
    _d(
        "a head has its time", "api/crossview/cli/patience.py",
        "        self._head_is_open = True\n        self._head.set()\n", "        self._head_is_open = True\n",
        "tests/promises/test_bad_sockets.py",
    ),
    _d(
        "a second head has its time", "api/crossview/cli/patience.py",
        "        if self._head_is_open:\n            self._head.set()\n", "        if self._head_is_open:\n            pass\n",
        "tests/promises/test_bad_sockets.py",
    ),
    _d(
        "an answer has its time", "api/crossview/cli/patience.py",
        "        super().pause_writing()\n        self._answer.set()\n", "        super().pause_writing()\n",
        "tests/promises/test_bad_sockets.py",
    ),
    # What goes out is harmless.
    _d(
        "Markdown is escaped", f"{API}/scripts/guide/escape.py",
        "    safe = _inactive(safe)\n", "",
        "tests/scripts/guide/test_write.py",
    ),
    _d(
        "a page of a bank shows no picture and runs no link", f"{API}/bank/files/write.py",
        '    if form == "markdown" and _ACTIVE.search(text):\n', "    if not text:\n",
        "tests/bank/test_write.py", "tests/promises/test_hostile_exports.py",
    ),
    _d(
        "calendar lines are escaped", "plugins/crossview_files/invitation.py",
        '    return _CONTROLS.sub("", _LINE_ENDS.sub("\\n", text).replace("\\t", " "))\n', "    return text\n",
        "tests/crossview_files/test_sessions.py",
    ),
    _d(
        "log lines are escaped", f"{API}/foundation/edge.py",
        '    return path.encode("unicode_escape").decode("ascii")[:500]\n', "    return path\n",
        "tests/foundation/test_edge.py",
    ),
    _d(
        "a webhook stays out of private networks", "plugins/crossview_webhooks/destination.py",
        "    if not policy.allow_private and not all(map(is_public, addresses)):\n", "    if False:\n",
        "tests/crossview_webhooks/test_destination.py",
    ),
    _d(
        "a plugin's folder is no link", "plugins/crossview_files/folder.py",
        "_FOLDER | os.O_NOFOLLOW, dir_fd", "_FOLDER, dir_fd",
        "tests/crossview_files/test_folder.py",
    ),
    _d(
        "what is kept of a bank is whole", f"{API}/cli/validate/cache.py",
        " or checksum != sha256(body).digest():", ":",
        "tests/cli/validate/test_cache.py",
    ),
    _d(
        "a bank that somebody changed meanwhile is not written over", f"{API}/cli/validate/mend.py",
        "        if read_file(Path(name)).data != data:\n", "        if False:\n",
        "tests/cli/validate/test_validate.py",
    ),
    # Nobody hangs, and nothing is left behind.
    _d(
        "looking for repetitions has its effort", f"{API}/bank/structure/resemblance.py",
        "if len(self.places) >= ROOM or self.effort < 0:", "if False:",
        "tests/bank/test_resemblance.py",
    ),
    _d(
        "a statement has its time", f"{API}/foundation/db.py",
        '    "statement_timeout": "4s",\n', '    "statement_timeout": "0",\n',
        "tests/promises/test_given_up.py::test_nobody_hangs_while_a_lock_holds_every_connection",
    ),
    _d(
        "a busy database is waited for a moment", f"{API}/foundation/db.py",
        "pool.acquire(timeout=None if at_hand else POOL_WAIT)", "pool.acquire(timeout=None)",
        "tests/promises/test_given_up.py::test_nobody_hangs_while_a_lock_holds_every_connection",
    ),
    _d(
        "a migration waits for a lock only so long", f"{API}/foundation/migrations.py",
        "set local lock_timeout = '{LOCK_WAIT}s'; ", "",
        "tests/foundation/test_migrations.py",
    ),
    # A finding is hidden only where somebody said so of these very words.
    _d(
        "a suppression holds for its wording", f"{API}/scripts/findings.py",
        "if one.wording == item.wording and not", "if not",
        "tests/scripts/test_suppressions.py",
    ),
    _d(
        "a suppression is for the revision that was read", f"{API}/scripts/suppressions.py",
        "    if new.revision != item.revision:", "    if new.revision < 0:",
        "tests/scripts/test_suppressions.py",
    ),
    _d(
        "findings are those of the version that is shown", f"{API}/votes/board.py",
        "            if manuscript.draft.script.version != seen.version:", "            if False:",
        "tests/scripts/test_findings.py",
    ),
    _d(
        "drafts are limited together", f"{API}/bank/linting/drafts.py",
        "        if read > CHARACTERS:", "        if read < 0:",
        "tests/bank/linting/test_drafts.py",
    ),
)  # fmt: skip
