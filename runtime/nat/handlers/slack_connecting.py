"""The routes that lead to Slack's consent, link workspaces to nations and tell who somebody is there.

The web app sends the browser to the `url` that is answered. The answer sets a cookie that the browser has to
bring back (`nat.handlers.consent`), so the call has to be made under the web app's own host name.
"""

from functools import cache

from msgspec import UNSET, UnsetType
from slack_sdk.errors import SlackApiError, SlackClientError

from nat import settings
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients, log
from nat.aws.items import timestamp
from nat.channels.brands import Brand, Brands
from nat.channels.slack_client import Bots, channels_of
from nat.connections.oauth_state import OAuthStates, StateKey
from nat.connections.slack_app import URL, SlackApps, customer_of
from nat.connections.slack_workspaces import CODE_LIFE, WorkspaceLink
from nat.contract.events import Wording, wording_of
from nat.contract.fields import Address, Count, Moment, ResponseBody
from nat.errors import NotFound, SlackAppMissing, SlackNotInstalled
from nat.handlers.api import Api
from nat.handlers.consent import secret_of, set_cookie
from nat.handlers.endpoints import MemberCall, answering, operation
from nat.handlers.front import behind_front
from nat.handlers.request import Lambda, LambdaEvent
from nat.handlers.services import Services
from nat.ids import UserId
from nat.names import Variable
from nat.roles import Role
from nat.slack.commands import command_name
from nat.slack.installing import Installing
from nat.wording import Worded


class SlackWorkspace(ResponseBody, frozen=True, kw_only=True):
    """A workspace that is linked to the nation, or of which the caller is, so that an admin may link it."""

    workspace: str
    name: str
    linked: bool
    linked_by: UserId | None
    linked_at: Moment | None
    channels: list[str]
    """Ids of channels in which the nation was chosen, where a workspace has several."""
    you: bool
    """Whether it is known who the caller is there."""
    notices: str | None
    """Id of the channel that gets the nation's notices."""
    notices_problem: str | None
    """Why the last one did not arrive there."""
    notices_wording: Wording | UnsetType = UNSET
    """Of the problem."""


class SlackConnections(ResponseBody, frozen=True, kw_only=True):
    """What the nation has in Slack."""

    available: bool
    """Whether the brand has an app at Slack."""
    command: str
    """The brand's command, such as `/nat`."""
    workspaces: list[SlackWorkspace]


class SlackChannel(ResponseBody, frozen=True, kw_only=True):
    """A channel that the app is in."""

    workspace: str
    channel: str
    name: str
    """Without `#`."""
    private: bool


class SlackChannels(ResponseBody, frozen=True, kw_only=True):
    """Where the app may post for the nation."""

    channels: list[SlackChannel]
    unread: list[str]
    """Workspaces whose channels could not be read now."""


class SlackDeparture(ResponseBody, frozen=True, kw_only=True):
    """Where to send the browser. The answer sets a cookie that it has to bring back."""

    url: Address
    expires_in: Count
    """Seconds until it is too late to come back."""


class SlackCode(ResponseBody, frozen=True, kw_only=True):
    """What to type in Slack, once, so that it is known there who somebody is."""

    code: str
    command: str
    """With the code, as it is typed."""
    expires_in: Count
    """Seconds."""


class SlackRoutes:
    """The routes. `brands` say where our web apps are: people come back to one of them."""

    def __init__(self, services: Services, brands: Brands, bots: Bots, way: Installing) -> None:
        self._services = services
        self._brands = brands
        self._bots = bots
        self._workspaces = bots.workspaces
        self._way = way

    @operation("GET /v1/slack", tag="Slack", active=False)
    def get_slack(self, call: MemberCall) -> SlackConnections:
        """The Slack workspaces of the nation.

        And those in which it is known who the caller is, for an admin may link them.
        """
        return self._told(call)

    @operation("GET /v1/slack/channels", tag="Slack", active=False)
    def list_slack_channels(self, call: MemberCall) -> SlackChannels:
        """The channels of the nation's workspaces that the app is in.

        Of the private ones those which the caller is in too.
        """
        found: list[SlackChannel] = []
        unread: list[str] = []
        mine = {each.home: each.slack_user for each in self._workspaces.of_user(call.member.user_id)}
        for home in self._homes(call):
            try:
                channels = channels_of(self._bots(home), mine.get(home))
            except (SlackNotInstalled, SlackApiError, SlackClientError, OSError) as error:
                log.structured().warning("channels not read", extra={"reason": type(error).__name__})
                unread.append(home)
                continue
            found += [
                SlackChannel(workspace=home, channel=each.id, name=each.name, private=each.private)
                for each in channels
            ]
        return SlackChannels(channels=found, unread=unread)

    @operation("POST /v1/slack/install", tag="Slack", role=Role.ADMIN, raises=(SlackAppMissing,))
    def install_slack(self, call: MemberCall) -> SlackDeparture:
        """Where an admin goes to add the app to a Slack workspace.

        The workspace is linked to the nation when they come back, and their Slack account to them. Call it
        under the web app's own host name: the way back is bound to this browser by a cookie.
        """
        brand = self._brand(call)
        origin = call.request.headers.get("origin")
        web_app = origin if origin is not None and origin in brand.apps else brand.app_url
        departure = self._way.begin(
            call.member,
            web_app=web_app,
            customer=brand.customer,
            browser=secret_of(call.request.cookies, [web_app]),
        )
        call.headers["set-cookie"] = set_cookie(web_app, departure.browser)
        return SlackDeparture(url=departure.url, expires_in=int(departure.lifetime.total_seconds()))

    @operation("POST /v1/slack/code", tag="Slack")
    def new_slack_code(self, call: MemberCall) -> SlackCode:
        """A code that says in Slack who somebody is.

        It is good once, for ten minutes.
        """
        code = self._workspaces.new_code(call.member.user_id)
        command = f"{command_name(self._brand(call).customer)} connect {code}"
        return SlackCode(code=code, command=command, expires_in=int(CODE_LIFE.total_seconds()))

    @operation("DELETE /v1/slack/me", tag="Slack", active=False)
    def forget_slack_account(self, call: MemberCall) -> SlackConnections:
        """Be nobody in Slack from now on, in every workspace."""
        self._workspaces.forget_user(call.member.user_id)
        return self._told(call)

    @operation("PUT /v1/slack/workspaces/{workspace}", tag="Slack", role=Role.ADMIN, raises=(NotFound,))
    def link_slack_workspace(self, call: MemberCall) -> SlackConnections:
        """Link a workspace in which the app is and the caller is known to this nation too."""
        home = call.path["workspace"]
        if home not in {each.home for each in self._workspaces.of_user(call.member.user_id)}:
            raise NotFound("It is not known who you are in this workspace.")
        workspace = self._workspaces.installed(home)
        self._workspaces.link(home, workspace.name, call.nation_slug, by=call.member.user_id)
        self._log(call, AuditKind.CONNECTED, home, f"Linked the Slack workspace {workspace.name}")
        return self._told(call)

    @operation(
        "DELETE /v1/slack/workspaces/{workspace}",
        tag="Slack",
        role=Role.ADMIN,
        active=False,
        raises=(NotFound,),
    )
    def unlink_slack_workspace(self, call: MemberCall) -> SlackConnections:
        """End a workspace's link to the nation: nobody asks about it there any more."""
        home = call.path["workspace"]
        if not self._workspaces.unlink(home, call.nation_slug):
            raise NotFound("This workspace is not linked to the nation.")
        self._log(call, AuditKind.REVOKED, home, "Ended the link of a Slack workspace")
        return self._told(call)

    @operation(
        "PUT /v1/slack/workspaces/{workspace}/channels/{channel}",
        tag="Slack",
        role=Role.ADMIN,
        raises=(NotFound,),
    )
    def choose_for_slack_channel(self, call: MemberCall) -> SlackConnections:
        """Let a channel of a linked workspace ask about this nation."""
        home = self._linked(call)
        self._workspaces.choose(home, call.nation_slug, channel=call.path["channel"])
        return self._told(call)

    @operation(
        "DELETE /v1/slack/workspaces/{workspace}/channels/{channel}",
        tag="Slack",
        role=Role.ADMIN,
        active=False,
        raises=(NotFound,),
    )
    def release_slack_channel(self, call: MemberCall) -> SlackConnections:
        """Let a channel choose its nation anew."""
        self._workspaces.release(self._linked(call), call.nation_slug, channel=call.path["channel"])
        return self._told(call)

    @operation(
        "PUT /v1/slack/workspaces/{workspace}/notices/{channel}",
        tag="Slack",
        role=Role.ADMIN,
        raises=(NotFound,),
    )
    def send_slack_notices(self, call: MemberCall) -> SlackConnections:
        """Let a channel of a linked workspace get the nation's notices.

        They are lost access to NationBuilder, used queries, and automations that failed or were paused.
        Admins go on getting them by email.
        """
        return self._send_notices(call, call.path["channel"])

    @operation(
        "DELETE /v1/slack/workspaces/{workspace}/notices",
        tag="Slack",
        role=Role.ADMIN,
        active=False,
        raises=(NotFound,),
    )
    def stop_slack_notices(self, call: MemberCall) -> SlackConnections:
        """Send notices to no channel of a workspace any more."""
        return self._send_notices(call, None)

    def _send_notices(self, call: MemberCall, channel: str | None) -> SlackConnections:
        home = self._linked(call)
        self._workspaces.send_notices(home, call.nation_slug, channel=channel)
        summary = "Sent notices to no Slack channel" if channel is None else "Sent notices to a Slack channel"
        self._log(call, AuditKind.SETTINGS_CHANGED, home, summary)
        return self._told(call)

    def _homes(self, call: MemberCall) -> list[str]:
        """The nation's workspaces, as the app of the brand knows them."""
        customer = self._brand(call).customer
        links = self._workspaces.links_of(call.nation_slug)
        return sorted(each.team for each in links if customer_of(each.team) == customer)

    def _linked(self, call: MemberCall) -> str:
        home = call.path["workspace"]
        if call.nation_slug not in self._workspaces.nations(home):
            raise NotFound("This workspace is not linked to the nation.")
        return home

    def _brand(self, call: MemberCall) -> Brand:
        return self._brands.at(call.request.headers.get("origin"))

    def _told(self, call: MemberCall) -> SlackConnections:
        customer = self._brand(call).customer
        user_id = call.member.user_id
        links = {each.team: each for each in self._workspaces.links_of(call.nation_slug)}
        mine = {each.home for each in self._workspaces.of_user(user_id)}
        homes = [home for home in sorted(links.keys() | mine) if customer_of(home) == customer]
        return SlackConnections(
            available=self._available(customer),
            command=command_name(customer),
            workspaces=[
                self._workspace(home, links.get(home), call, you=home in mine)
                for home in homes
                if home in links or self._workspaces.has(home)
            ],
        )

    def _workspace(
        self, home: str, link: WorkspaceLink | None, call: MemberCall, *, you: bool
    ) -> SlackWorkspace:
        return SlackWorkspace(
            workspace=home,
            name=self._workspaces.installed(home).name if link is None else link.name,
            linked=link is not None,
            linked_by=None if link is None else UserId(link.linked_by),
            linked_at=None if link is None else timestamp(link.linked_at),
            channels=[] if link is None else self._workspaces.channels(home, call.nation_slug),
            you=you,
            notices=None if link is None else link.notices,
            notices_problem=None if link is None else link.notices_problem,
            notices_wording=wording_of(Worded.constant((link and link.notices_problem) or "")),
        )

    def _available(self, customer: str | None) -> bool:
        try:
            apps().of(customer)
        except SlackAppMissing:
            return False
        return True

    def _log(self, call: MemberCall, kind: AuditKind, home: str, summary: str) -> None:
        Audit(self._services.store).append(
            call.nation_slug, kind, by=call.member.user_id, about=f"slack:{home}", summary=summary
        )


@cache
def api() -> Api:
    """The routes of this process, from its environment."""
    services = Services.of_process()
    bots = Bots.of_process(services.store)
    way = Installing(
        services.store,
        OAuthStates(services.store, StateKey(clients.secrets(), services.clock)),
        apps,
        bots.workspaces,
        url=settings.read_optional(Variable.SLACK_URL, URL),
    )
    return Api(services, answering(SlackRoutes(services, Brands.read(), bots, way)).get)


def apps() -> SlackApps:
    """The apps as they are stored now. Raises `SlackAppMissing`."""
    return SlackApps.read(clients.secrets())


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    api()
