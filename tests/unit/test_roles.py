"""Roles have an order."""

from nat.roles import Role


def test_a_role_includes_those_below_it() -> None:
    order = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]

    assert [role for role in order if role.at_least(Role.ADMIN)] == [Role.ADMIN, Role.OWNER]
    assert all(role.at_least(role) for role in Role)
