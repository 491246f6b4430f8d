"""Adding the app to a workspace: to Slack's consent and back, in one browser, and what is linked by it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from local.slack.state import TEAM
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack_client import Bots
from nat.connections.oauth_state import OAuthStates, Purpose, StateKey
from nat.connections.slack_workspaces import Workspaces
from nat.handlers import slack_callback, slack_connecting
from nat.ids import NationSlug, UserId
from nat.names import Secret, Table
from nat.roles import Role
from tests.unit.nat import world
from tests.unit.nat.slack.conftest import APP, CHANNEL, Office


@dataclass
class Browser:
    """Somebody's, on the web app's Connections page."""

    office: Office
    cookies: dict[str, str] = field(default_factory=dict)

    def call(
        self, key: str, *, user: str = "ada", slug: str = "demo", **path: str
    ) -> tuple[int, dict[str, Any]]:
        """One call of the API."""
        answer = slack_connecting.handler(
            {
                "headers": {"x-nat-nation-slug": slug, "origin": APP},
                "pathParameters": path,
                "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
                "requestContext": {
                    "routeKey": key,
                    "requestId": "r1",
                    "authorizer": {"jwt": {"claims": {"sub": user, "token_use": "access"}}},
                },
            },
            None,
        )
        if cookie := answer["headers"].get("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer["statusCode"], json.loads(answer["body"])

    def leave(self, **who: str) -> str:
        """Begin; gives the address at Slack."""
        status, body = self.call("POST /v1/slack/install", **who)
        assert status == 200, body
        return str(body["url"])

    def consent(self, url: str, *, answer: str = "allow", slack_user: str = "U0ADA") -> dict[str, str]:
        """Answer on Slack's page; gives the query of the way back."""
        assert "Add the app to Demo?" in requests.get(url, timeout=5).text
        asked = dict(parse_qsl(urlsplit(url).query))
        back = requests.get(
            url.replace("/authorize", "/answer"),
            params={**asked, "answer": answer, "user": slack_user},
            allow_redirects=False,
            timeout=5,
        ).headers["location"]
        assert back.startswith(f"{APP}/slack/callback?")
        return dict(parse_qsl(urlsplit(back).query))

    def arrive(self, query: dict[str, str]) -> dict[str, Any]:
        """Come back."""
        return slack_callback.handler(
            {
                "queryStringParameters": query,
                "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
                "requestContext": {"routeKey": "GET /slack/callback", "requestId": "r2"},
            },
            None,
        )

    def workspaces(self, **who: str) -> list[dict[str, Any]]:
        """What the page lists."""
        found: list[dict[str, Any]] = self.call("GET /v1/slack", **who)[1]["workspaces"]
        return found


@pytest.fixture
def browser(office: Office) -> Iterator[Browser]:
    """Ada administers two nations; nothing is installed yet."""
    caches: tuple[Callable[[], Any], ...] = (slack_connecting.api, slack_callback.callback)
    for each in caches:
        each.cache_clear()  # type: ignore[attr-defined] # functools.cache
    known(office).forget(TEAM)
    office.slack.workspace.people["U0ADA"] = {"name": "Ada"}
    world.store_nation(office.stage.tables, world.nation("harbor"))
    for slug in ("demo", "harbor"):
        world.store_members(office.stage.tables, slug, ["ada"], Role.ADMIN)
    world.put_secret(Secret.OAUTH_STATE, "k" * 64)
    yield Browser(office)
    for each in caches:
        each.cache_clear()  # type: ignore[attr-defined] # functools.cache


def known(office: Office) -> Workspaces:
    return Bots.of_process(Store(clients.dynamodb(), office.stage.tables)).workspaces


def test_an_admin_adds_the_app_and_may_ask_in_slack_at_once(browser: Browser) -> None:
    answer = browser.arrive(browser.consent(browser.leave()))

    assert answer["statusCode"] == 302
    assert answer["headers"]["location"] == f"{APP}/settings/connections?nation=demo&slack=connected"
    browser.office.send(browser.office.slack.sender.mention("U0ADA", CHANNEL, "how many?"))
    browser.office.work()
    [turn] = browser.office.turns()
    assert turn["nation_slug"] == "demo"
    log = Audit(Store(clients.dynamodb(), browser.office.stage.tables)).page(NationSlug("demo")).entries
    assert [each.summary for each in log] == ["Connected the Slack workspace Demo"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_only_an_admin_may_begin(browser: Browser, role: Role) -> None:
    world.store_members(browser.office.stage.tables, "demo", ["max"], role)

    status, body = browser.call("POST /v1/slack/install", user="max")

    assert (status, body["error"]["code"]) == (403, "role_insufficient")


def test_who_is_no_admin_any_more_installs_nothing(browser: Browser) -> None:
    query = browser.consent(browser.leave())
    world.store_members(browser.office.stage.tables, "demo", ["ada"], Role.MEMBER)

    assert browser.arrive(query)["statusCode"] == 403
    assert browser.workspaces() == []


def test_another_browser_and_a_second_visit_change_nothing(browser: Browser) -> None:
    query = browser.consent(browser.leave())

    assert Browser(browser.office).arrive(query)["statusCode"] == 403
    assert browser.arrive(query)["statusCode"] == 302
    assert browser.arrive(query)["statusCode"] == 400


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"state": "x.y", "code": "c"}, "This link is not valid"),
        ({"code": "c"}, "This link is not valid"),
    ],
)
def test_a_forged_way_back_gets_a_page(browser: Browser, query: dict[str, str], told: str) -> None:
    answer = browser.arrive(query)

    assert answer["statusCode"] == 400
    assert told in answer["body"]


def test_a_no_at_slack_and_a_false_code_are_told(browser: Browser) -> None:
    denied = browser.arrive(browser.consent(browser.leave(), answer="deny"))
    used = browser.arrive({**browser.consent(browser.leave()), "code": "false"})

    assert "nothing was changed" in denied["body"]
    assert "Slack did not accept this" in used["body"]
    assert browser.workspaces() == []


def test_a_state_of_nationbuilder_is_not_one_of_slack(browser: Browser) -> None:
    store = Store(clients.dynamodb(), browser.office.stage.tables)
    states = OAuthStates(store, StateKey(clients.secrets(), store.clock))
    _, state, secret = states.begin(
        NationSlug("demo"), UserId("ada"), Purpose.CONNECT, app="", web_app=APP, now=store.clock()
    )
    browser.cookies = {"__Host-nat-connecting": secret}

    assert browser.arrive({"state": state, "code": "c"})["statusCode"] == 400


def test_one_workspace_serves_two_nations_and_a_channel_is_given_to_one(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    [offered] = browser.workspaces(slug="harbor")
    assert (offered["linked"], offered["you"]) == (False, True)

    browser.call("PUT /v1/slack/workspaces/{workspace}", slug="harbor", workspace=TEAM)
    browser.call(
        "PUT /v1/slack/workspaces/{workspace}/channels/{channel}",
        slug="harbor",
        workspace=TEAM,
        channel=CHANNEL,
    )

    [theirs] = browser.workspaces(slug="harbor")
    assert (theirs["linked"], theirs["linked_by"], theirs["channels"]) == (True, "ada", [CHANNEL])
    browser.office.send(browser.office.slack.sender.mention("U0ADA", CHANNEL, "how many?"))
    browser.office.work()
    assert browser.office.turns()[0]["nation_slug"] == "harbor"


def test_a_workspace_in_which_somebody_is_unknown_cannot_be_linked(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    world.store_members(browser.office.stage.tables, "harbor", ["eve"], Role.ADMIN)

    status, body = browser.call(
        "PUT /v1/slack/workspaces/{workspace}", user="eve", slug="harbor", workspace=TEAM
    )

    assert (status, body["error"]["code"]) == (404, "not_found")


def test_an_unlinked_workspace_asks_nothing_any_more(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))

    status, body = browser.call("DELETE /v1/slack/workspaces/{workspace}", workspace=TEAM)

    assert (status, [each["linked"] for each in body["workspaces"]]) == (200, [False])
    assert browser.call("DELETE /v1/slack/workspaces/{workspace}", workspace=TEAM)[0] == 404
    browser.office.send(browser.office.slack.sender.mention("U0ADA", CHANNEL, "how many?"))
    browser.office.work()
    assert "not linked to a nation" in browser.office.told[-1]


def test_a_member_connects_and_forgets_their_slack_account(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    world.store_members(browser.office.stage.tables, "demo", ["bob"])
    _, code = browser.call("POST /v1/slack/code", user="bob")
    assert code["command"] == f"/nat connect {code['code']}"

    browser.office.send(
        browser.office.slack.sender.command("U0BOB", CHANNEL, code["command"].removeprefix("/nat "))
    )
    browser.office.work()
    assert [each["you"] for each in browser.workspaces(user="bob")] == [True]

    browser.call("DELETE /v1/slack/me", user="bob")
    assert [each["you"] for each in browser.workspaces(user="bob")] == [False]
    assert known(browser.office).person(TEAM, slack_user="U0BOB") is None


def test_without_an_app_slack_is_said_not_to_be_there(browser: Browser) -> None:
    world.put_secret(Secret.SLACK, "{}")

    assert browser.call("GET /v1/slack")[1]["available"] is False
    assert browser.call("POST /v1/slack/install")[1]["error"]["code"] == "slack_app_missing"


def test_after_an_uninstall_the_page_is_empty(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    browser.office.send(browser.office.slack.sender.event({"type": "app_uninstalled"}))
    browser.office.work()

    assert browser.workspaces() == []
    assert world.rows(browser.office.stage.tables, Table.INSTALLATIONS) == []


def test_the_channels_that_may_be_chosen_are_those_that_both_are_in(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    place = browser.office.slack.workspace
    place.channels |= {"C0BOARD", "C0STAFF"}
    place.private |= {"C0BOARD", "C0STAFF"}
    place.members["C0STAFF"] = {"U0ADA"}
    world.store_members(browser.office.stage.tables, "demo", ["bob"])

    mine, theirs = (browser.call("GET /v1/slack/channels", user=each)[1] for each in ("ada", "bob"))

    assert [(each["name"], each["private"]) for each in mine["channels"]] == [
        ("general", False),
        ("staff", True),
    ]
    assert [each["channel"] for each in theirs["channels"]] == [CHANNEL]


def test_channels_that_cannot_be_read_keep_nobody_from_the_page(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    browser.office.slack.api.faults["users.conversations"] = ["missing_scope"]

    assert browser.call("GET /v1/slack/channels") == (200, {"channels": [], "unread": [TEAM]})


def test_an_admin_chooses_where_notices_go_and_takes_it_back(browser: Browser) -> None:
    browser.arrive(browser.consent(browser.leave()))
    chosen = "PUT /v1/slack/workspaces/{workspace}/notices/{channel}"
    world.store_members(browser.office.stage.tables, "demo", ["max"])
    assert browser.call(chosen, user="max", workspace=TEAM, channel=CHANNEL)[0] == 403

    browser.call(chosen, workspace=TEAM, channel=CHANNEL)
    assert [each["notices"] for each in browser.workspaces()] == [CHANNEL]

    browser.call("DELETE /v1/slack/workspaces/{workspace}/notices", workspace=TEAM)
    assert [each["notices"] for each in browser.workspaces()] == [None]
