"""The one permission table. Guards, `x-crossview-roles` in OpenAPI, `docs/permissions.md` and the paired tests read it."""

from enum import Enum, StrEnum
from typing import assert_never


class Role(StrEnum):
    """What a member is in a workspace. Who holds no role has no rights."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    LEAD = "lead"
    EDITOR = "editor"
    MEMBER = "member"
    RESEARCHER = "researcher"
    PRIVACY = "privacy"
    AUDITOR = "auditor"
    OBSERVER = "observer"
    SERVICE = "service"
    PLUGIN = "plugin"


class Reach(Enum):
    """How far a permission goes."""

    ALL = "●"
    """Everywhere in the workspace."""
    OWN = "◐"
    """Only where the own department is invited, or on what is one's own."""
    SCOPED = "○"
    """Only with a token whose scopes name the permission."""
    NEVER = "✕"
    """Not at all."""


class Permission(StrEnum):
    """What an operation asks for; several operations may ask for the same."""

    READ_WORKSPACE = "read_workspace"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_OWN_TOKENS = "manage_own_tokens"
    LINT = "lint"
    CONNECT_PLUGINS = "connect_plugins"
    CREATE_STUDY = "create_study"
    READ_STUDY = "read_study"
    EDIT_STUDY = "edit_study"
    WRITE_CONTEXT = "write_context"
    READ_BANK = "read_bank"
    EDIT_BANK = "edit_bank"
    CREATE_SCRIPT = "create_script"
    READ_SCRIPT = "read_script"
    EDIT_SCRIPT = "edit_script"
    CONTRIBUTE = "contribute"
    OPEN_ROUND = "open_round"
    CAST_BALLOT = "cast_ballot"
    CLOSE_ROUND = "close_round"
    SIGN_OFF = "sign_off"
    FINISH_SCRIPT = "finish_script"
    REOPEN_SCRIPT = "reopen_script"
    EXPORT_SCRIPT = "export_script"
    SCHEDULE_SESSION = "schedule_session"
    RECORD_SESSION = "record_session"
    INVITE_OBSERVER = "invite_observer"
    VIEW_SESSION = "view_session"
    READ_EVENTS = "read_events"
    READ_DELIVERIES = "read_deliveries"
    REPLAY_DELIVERIES = "replay_deliveries"


MEANING: dict[Permission, str] = {
    Permission.READ_WORKSPACE: "Read the workspace, its departments and its members",
    Permission.MANAGE_MEMBERS: "Manage departments, members, roles and invitations",
    Permission.MANAGE_OWN_TOKENS: "Make, list and revoke one's own tokens",
    Permission.LINT: "Lint questions and read the rules of wording",
    Permission.CONNECT_PLUGINS: "Connect plugins and set their secrets",
    Permission.CREATE_STUDY: "Open a study",
    Permission.READ_STUDY: "Read a study and its context cards",
    Permission.EDIT_STUDY: "Change a study and its departments",
    Permission.WRITE_CONTEXT: "Leave context cards for the own department",
    Permission.READ_BANK: "Read and export question banks",
    Permission.EDIT_BANK: "Open, change and import question banks",
    Permission.CREATE_SCRIPT: "Create or import a script",
    Permission.READ_SCRIPT: "Read a draft, its comments, its tally and its versions",
    Permission.EDIT_SCRIPT: "Edit sections, items and their order",
    Permission.CONTRIBUTE: "Comment and propose an item",
    Permission.OPEN_ROUND: "Open a round",
    Permission.CAST_BALLOT: "Cast a ballot (people only)",
    Permission.CLOSE_ROUND: "Close a round early",
    Permission.SIGN_OFF: "Sign a script off for the own department (people only)",
    Permission.FINISH_SCRIPT: "Finish a script",
    Permission.REOPEN_SCRIPT: "Reopen a finished script",
    Permission.EXPORT_SCRIPT: "Export a script",
    Permission.SCHEDULE_SESSION: "Schedule, move and cancel a session",
    Permission.RECORD_SESSION: "Write down what was asked in a session",
    Permission.INVITE_OBSERVER: "Invite and release observers",
    Permission.VIEW_SESSION: "See a session and its seats",
    Permission.READ_EVENTS: "Read the feed of events",
    Permission.READ_DELIVERIES: "See deliveries, dead letters and copies",
    Permission.REPLAY_DELIVERIES: "Replay dead letters",
}

#                                   OWN ADM LEAD EDT MEM RES PRV AUD OBS SVC PLG, as in the docs page.
_TABLE: dict[Permission, str] = {
    Permission.READ_WORKSPACE:    "●  ●  ●  ●  ●  ●  ●  ●  ✕  ○  ✕",
    Permission.MANAGE_MEMBERS:    "●  ●  ◐  ✕  ✕  ✕  ✕  ✕  ✕  ○  ✕",
    Permission.MANAGE_OWN_TOKENS: "●  ●  ●  ●  ●  ●  ●  ●  ✕  ✕  ✕",
    Permission.LINT:              "●  ●  ●  ●  ●  ●  ●  ●  ●  ○  ○",
    Permission.CONNECT_PLUGINS:   "●  ●  ✕  ✕  ✕  ✕  ✕  ✕  ✕  ✕  ✕",
    Permission.CREATE_STUDY:      "●  ●  ●  ●  ✕  ●  ✕  ✕  ✕  ○  ✕",
    Permission.READ_STUDY:        "●  ●  ◐  ◐  ◐  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.EDIT_STUDY:        "●  ●  ◐  ◐  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.WRITE_CONTEXT:     "●  ●  ◐  ◐  ◐  ◐  ✕  ✕  ✕  ✕  ✕",
    Permission.READ_BANK:         "●  ●  ●  ●  ●  ●  ✕  ✕  ✕  ○  ✕",
    Permission.EDIT_BANK:         "●  ●  ●  ●  ✕  ●  ✕  ✕  ✕  ○  ✕",
    Permission.CREATE_SCRIPT:     "●  ●  ●  ●  ✕  ●  ✕  ✕  ✕  ○  ✕",
    Permission.READ_SCRIPT:       "●  ●  ◐  ◐  ◐  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.EDIT_SCRIPT:       "●  ●  ◐  ◐  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.CONTRIBUTE:        "●  ●  ◐  ◐  ◐  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.OPEN_ROUND:        "●  ●  ◐  ◐  ✕  ◐  ✕  ✕  ✕  ✕  ✕",
    Permission.CAST_BALLOT:       "●  ●  ◐  ◐  ◐  ◐  ✕  ✕  ✕  ✕  ✕",
    Permission.CLOSE_ROUND:       "●  ●  ◐  ◐  ✕  ◐  ✕  ✕  ✕  ✕  ✕",
    Permission.SIGN_OFF:          "●  ●  ◐  ◐  ◐  ◐  ✕  ✕  ✕  ✕  ✕",
    Permission.FINISH_SCRIPT:     "●  ●  ◐  ✕  ✕  ◐  ✕  ✕  ✕  ✕  ✕",
    Permission.REOPEN_SCRIPT:     "●  ●  ◐  ✕  ✕  ✕  ✕  ✕  ✕  ✕  ✕",
    Permission.EXPORT_SCRIPT:     "●  ●  ◐  ◐  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.SCHEDULE_SESSION:  "●  ●  ◐  ✕  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.RECORD_SESSION:    "●  ●  ◐  ✕  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.INVITE_OBSERVER:   "●  ●  ◐  ✕  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.VIEW_SESSION:      "●  ●  ◐  ◐  ✕  ◐  ✕  ✕  ✕  ○  ✕",
    Permission.READ_EVENTS:       "●  ●  ✕  ✕  ✕  ✕  ●  ●  ✕  ○  ✕",
    Permission.READ_DELIVERIES:   "●  ●  ✕  ✕  ✕  ✕  ✕  ●  ✕  ○  ✕",
    Permission.REPLAY_DELIVERIES: "●  ●  ✕  ✕  ✕  ✕  ✕  ✕  ✕  ○  ✕",
}  # fmt: skip

# What a role may grant stands in its own order: nobody hands out more than they hold.
_RANK: tuple[frozenset[Role], ...] = (
    frozenset({Role.OWNER}),
    frozenset({Role.ADMINISTRATOR}),
    frozenset({Role.LEAD, Role.PRIVACY, Role.AUDITOR}),
    frozenset({Role.EDITOR, Role.RESEARCHER, Role.SERVICE}),
    frozenset({Role.MEMBER, Role.OBSERVER, Role.PLUGIN}),
)


def reach(role: Role, permission: Permission) -> Reach:
    """How far `permission` goes for `role`, from the table."""
    return Reach(_TABLE[permission].split()[list(Role).index(role)])


def effective_reach(role: Role, permission: Permission, scopes: tuple[str, ...] | None) -> Reach:
    """The reach that a token gives its member: scopes can narrow the role's rights and never widen them.

    `scopes` is None for a token that carries all rights of its member. The result is ALL, OWN or NEVER.
    """
    of_role = reach(role, permission)
    named = scopes is not None and permission in scopes
    match of_role:
        case Reach.ALL | Reach.OWN:
            return of_role if scopes is None or named else Reach.NEVER
        case Reach.SCOPED:
            return Reach.ALL if named else Reach.NEVER
        case Reach.NEVER:
            return Reach.NEVER
    assert_never(of_role)


def roles_by_reach(permission: Permission) -> dict[Reach, list[str]]:
    """The roles of each reach, as the database is told them where it decides by itself (`admit`)."""
    return {wanted: [role for role in Role if reach(role, permission) is wanted] for wanted in Reach}


def may_grant(own: Role, granted: Role) -> bool:
    """Whether a member of role `own` may hand out `granted`: never a role above one's own."""
    return _rank(own) <= _rank(granted)


def _rank(role: Role) -> int:
    return next(rank for rank, roles in enumerate(_RANK) if role in roles)
