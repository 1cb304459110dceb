"""The one permission table."""

import pytest

from crossview.foundation.permissions import MEANING, Permission, Reach, Role, effective_reach, may_grant, reach


def test_every_cell_of_the_table_is_a_reach() -> None:
    cells = [reach(role, permission) for role in Role for permission in Permission]

    assert len(cells) == len(Role) * len(Permission)
    assert set(cells) == set(Reach)


def test_every_permission_is_explained() -> None:
    assert set(MEANING) == set(Permission)


@pytest.mark.parametrize(
    ("role", "permission", "scopes", "expected"),
    [
        (Role.OWNER, Permission.OPEN_ROUND, None, Reach.ALL),
        (Role.OWNER, Permission.OPEN_ROUND, ("open_round",), Reach.ALL),
        (Role.OWNER, Permission.OPEN_ROUND, ("read_script",), Reach.NEVER),
        (Role.OWNER, Permission.OPEN_ROUND, (), Reach.NEVER),
        (Role.LEAD, Permission.MANAGE_MEMBERS, None, Reach.OWN),
        (Role.LEAD, Permission.MANAGE_MEMBERS, ("manage_members",), Reach.OWN),
        (Role.LEAD, Permission.MANAGE_MEMBERS, ("read_workspace",), Reach.NEVER),
        (Role.SERVICE, Permission.READ_SCRIPT, None, Reach.NEVER),
        (Role.SERVICE, Permission.READ_SCRIPT, ("read_script",), Reach.ALL),
        (Role.SERVICE, Permission.CAST_BALLOT, ("cast_ballot",), Reach.NEVER),
        (Role.MEMBER, Permission.EDIT_SCRIPT, ("edit_script",), Reach.NEVER),
    ],
)
def test_scopes_narrow_and_never_widen(
    role: Role, permission: Permission, scopes: tuple[str, ...] | None, expected: Reach
) -> None:
    assert effective_reach(role, permission, scopes) is expected


@pytest.mark.parametrize("role", Role)
def test_no_scope_gives_more_than_the_table(role: Role) -> None:
    width = {Reach.NEVER: 0, Reach.OWN: 1, Reach.SCOPED: 2, Reach.ALL: 2}

    wider = [
        permission
        for permission in Permission
        if width[effective_reach(role, permission, tuple(Permission))] > width[reach(role, permission)]
    ]

    assert wider == []


def test_owner_may_grant_every_role_and_everybody_their_own() -> None:
    assert [role for role in Role if not may_grant(Role.OWNER, role)] == []
    assert [role for role in Role if not may_grant(role, role)] == []


def test_lead_may_grant_nothing_above_a_lead() -> None:
    assert {role for role in Role if not may_grant(Role.LEAD, role)} == {Role.OWNER, Role.ADMINISTRATOR}


def test_administrator_may_grant_everything_but_owner() -> None:
    assert {role for role in Role if not may_grant(Role.ADMINISTRATOR, role)} == {Role.OWNER}


def test_of_two_roles_one_may_always_grant_the_other() -> None:
    pairs = [(one, other) for one in Role for other in Role if not may_grant(one, other) and not may_grant(other, one)]

    assert pairs == []
