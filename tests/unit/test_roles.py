"""The role matrix of the product."""

import pytest

from nat.agent.tool import Effect
from nat.roles import Role, Verdict, may

RUN, ASK, REFUSE = Verdict.RUN, Verdict.ASK, Verdict.REFUSE


@pytest.mark.parametrize(
    ("role", "read", "write", "sending", "bulk", "destructive"),
    [
        (Role.VIEWER, RUN, REFUSE, REFUSE, REFUSE, REFUSE),
        (Role.MEMBER, RUN, RUN, ASK, REFUSE, REFUSE),
        (Role.ADMIN, RUN, RUN, ASK, ASK, ASK),
        (Role.OWNER, RUN, RUN, ASK, ASK, ASK),
    ],
)
def test_a_role_may_do_what_the_product_says(
    role: Role, read: Verdict, write: Verdict, sending: Verdict, bulk: Verdict, destructive: Verdict
) -> None:
    assert may(role, Effect.READ, sends=False) is read
    assert may(role, Effect.WRITE, sends=False) is write
    assert may(role, Effect.WRITE, sends=True) is sending
    assert may(role, Effect.BULK, sends=False) is bulk
    assert may(role, Effect.DESTRUCTIVE, sends=False) is destructive


def test_roles_are_ordered() -> None:
    order = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]

    assert [role for role in order if role.at_least(Role.ADMIN)] == [Role.ADMIN, Role.OWNER]


def test_an_unknown_effect_is_a_defect_not_a_permission() -> None:
    with pytest.raises(KeyError):
        may(Role.OWNER, "erase", sends=False)
