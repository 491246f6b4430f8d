"""What people are mailed, and the functions on a schedule that bring it about: no test waits for a minute."""

import json
import time
from collections.abc import Collection
from typing import Any

from local.machine import Machine
from local.mail import sent
from nat.aws.store import Store
from nat.people.users import Users
from tests.integration.conftest import PATIENCE, Person


def run(machine: Machine, function: str, **event: Any) -> dict[str, Any]:
    """What a deployed function answers to its schedule."""
    answer = machine.deployment.root.functions.invoke(
        FunctionName=machine.deployment[function], Payload=json.dumps(event).encode()
    )
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "errorType" not in found, found
    return found


def subjects(machine: Machine, person: Person) -> list[str]:
    """Subjects of the emails that somebody got, the oldest first."""
    root, tables = machine.deployment.root, machine.deployment.tables
    user = Users(Store(root.dynamodb, tables)).get(person.user_id)
    assert user is not None
    assert user.email is not None
    return [each["Subject"] for each in sent(root, user.email)]


def wait_for_mail(
    machine: Machine, person: Person, count: int, *, of: Collection[str] | None = None
) -> list[str]:
    """The subjects, once there are so many; of these only, if any are named. The queue of notices is read by
    the deployed function, and admins are told of other things too."""
    end = time.monotonic() + PATIENCE
    while True:
        found = [each for each in subjects(machine, person) if of is None or each in of]
        if len(found) >= count or time.monotonic() > end:
            return found
        time.sleep(0.5)
