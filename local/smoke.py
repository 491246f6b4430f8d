"""`make smoke`: Nat started apart from any other, asked as a new person, checked, stopped."""

import secrets
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from botocore.exceptions import ClientError
from ulid import ULID

from local import demo
from local.console import StartFailed, console, problem, say, step
from local.machine import Machine
from local.newcomer import PageFailed, connect, subscribe
from local.places import DEFAULT_PLACES, Places, Ports
from local.streaming import StreamRefused, stream
from local.vendors import Vendors
from nat.aws.isolation import session_policy
from nat.cli.platform import PlatformClient
from nat.cli.profile import SignInSession
from nat.cli.terminal import CommandFailed
from nat.contract.events import (
    Envelope,
    TextDelta,
    ToolStarted,
    TurnFailed,
    TurnFinished,
)
from nat.ids import NationSlug, UserId
from nat.names import Secret
from nat.roles import Role

NATION = NationSlug("demo")
OTHER_NATION = NationSlug("harbor")
PLAN = "nat"
VOLUNTEERS = "how many people are tagged volunteer?"


class CheckFailed(Exception):
    """Nat runs, but does not do what it must."""


def smoke() -> int:
    """Run it. Gives the exit status; on failure the logs are kept."""
    home = Path(tempfile.mkdtemp(prefix="nat-smoke-"))
    places, ports = Places(home), Ports.free()
    machine = Machine(places, ports, Vendors(ports, places.nationbuilder_state))
    say("Smoke test: a fresh Nat, new people, a new nation, three questions")
    try:
        with machine:
            _check(machine)
    except (StartFailed, CheckFailed, CommandFailed, StreamRefused, PageFailed) as failure:
        kept = DEFAULT_PLACES.logs / "smoke"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(machine.places.logs, kept)
        problem(str(failure), DEFAULT_PLACES.shown(kept))
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    say("Smoke test passed.")
    return 0


def _check(machine: Machine) -> None:
    figures = machine.vendors.figures(NATION)
    with step("signing up, confirming, signing in"):
        session = _new_person(machine)
    with PlatformClient(machine.sign_in.profile, session) as client:
        answer = _shown("who donated this week?", client.ask(NATION, "who donated this week?"))
    for figure in figures.donated_this_week:
        _expect(figure, answer)
    other = _new_person(machine)
    body = {"turn": str(ULID()), "conversation": str(ULID())}
    body["message"] = VOLUNTEERS
    events = (event for _, event in stream(machine.stream_url, other, NATION, body))
    _expect(figures.tagged_volunteer, _shown(f"{body['message']} (server-sent events)", events))
    _expect_first_answer(machine)
    with step("asking for another nation's tokens with this nation's credentials"):
        _expect_isolation(machine)


def _expect_first_answer(machine: Machine) -> None:
    """A nation that Nat has never heard of: subscribed, connected, asked."""
    nation = f"{OTHER_NATION}-{secrets.token_hex(4)}"
    machine.vendors.alias(nation, OTHER_NATION)
    email, password = _credentials()
    with step("signing up, subscribing a new nation, connecting NationBuilder"):
        machine.sign_in.sign_up(email, password)
        session = machine.sign_in.log_in(email, password)
        with PlatformClient(machine.sign_in.profile, session) as client:
            subscribe(client, nation, PLAN)
        connect(machine.deployment, session, nation)
    with PlatformClient(machine.sign_in.profile, session) as client:
        answer = _shown(VOLUNTEERS, client.ask(nation, VOLUNTEERS))
    _expect(machine.vendors.figures(nation).tagged_volunteer, answer)


def _new_person(machine: Machine) -> SignInSession:
    email, password = _credentials()
    user_id = machine.sign_in.sign_up(email, password)
    demo.add_member(machine.deployment, UserId(user_id), demo.DemoPerson(email, NATION, Role.MEMBER))
    return machine.sign_in.log_in(email, password)


def _credentials() -> tuple[str, str]:
    """Address and password of somebody new."""
    return f"{secrets.token_hex(4)}@smoke.example", f"Smoke-{secrets.token_hex(8)}-A"


def _shown(question: str, events: Iterable[Envelope]) -> str:
    """Print the answer as it streams; gives its text. Raises `CheckFailed`."""
    say(f"\n  > {question}")
    for envelope in events:
        match envelope.event:
            case ToolStarted(label=label):
                say(f"  · {label}")
            case TextDelta(text=text):
                console.out(text, end="", highlight=False)
            case TurnFinished(text=text):
                say("\n")
                return text
            case TurnFailed(code=code, message=message):
                raise CheckFailed(f"The turn failed ({code}): {message}")
    raise CheckFailed("The turn did not end.")


def _expect(figure: str, answer: str) -> None:
    if figure not in answer:
        raise CheckFailed(f"The answer does not say {figure}, which is what the seeded data gives.")
    say(f"  ✓ the answer says {figure}, as the seeded data does")


def _expect_isolation(machine: Machine) -> None:
    deployment = machine.deployment
    worker = deployment.root.acting_as(deployment["WorkerRoleArn"], name="smoke")
    narrowed = worker.acting_as(deployment["NationRoleArn"], name="smoke", policy=session_policy(NATION))
    narrowed.secrets.get_secret_value(SecretId=Secret.nation_tokens(NATION))
    try:
        narrowed.secrets.get_secret_value(SecretId=Secret.nation_tokens(OTHER_NATION))
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return
        raise
    raise CheckFailed(f"Credentials of {NATION} read the tokens of {OTHER_NATION}.")
