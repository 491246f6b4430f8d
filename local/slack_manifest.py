"""`make slack-manifest CUSTOMER=…`: the manifest of a brand's app at Slack, to paste where apps are made.

An app is made at api.slack.com/apps from a manifest (docs.slack.dev, App manifests). Its credentials then go
into the secret `nat/platform/slack` (docs/reference/slack.md).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from config import ConfigurationError, Customer, Environment, load_customer, load_environment
from config.customer import FOLDER
from nat.connections.slack_app import SCOPES
from nat.names import SLACK_CALLBACK, SLACK_COMMANDS, SLACK_EVENTS, SLACK_INTERACTIONS
from nat.slack.commands import command_name
from nat.slack.inbound import OTHER_EVENTS

BOT_EVENTS: Final = (
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    *sorted(OTHER_EVENTS),
)


def manifest(customer: Customer, app_url: str) -> dict[str, Any]:
    """The manifest of a brand whose web app is at `app_url`."""
    name = customer.brand.slack_app_name
    command = command_name(None if customer.is_default else customer.slug)

    def address(route: str) -> str:
        return f"{app_url}{route.partition(' ')[2]}"

    return {
        "display_information": {
            "name": name,
            "description": customer.brand.tagline,
            "background_color": customer.brand.colours.primary,
        },
        "features": {
            "agent_view": {"agent_description": customer.brand.tagline},
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    "url": address(SLACK_COMMANDS),
                    "description": "Ask about your nation",
                    "usage_hint": "ask … | find … | donations | signups | events | help",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {
            "redirect_urls": [address(SLACK_CALLBACK)],
            "scopes": {"bot": list(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {"request_url": address(SLACK_EVENTS), "bot_events": list(BOT_EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": address(SLACK_INTERACTIONS)},
            "org_deploy_enabled": True,
            "socket_mode_enabled": False,
            "token_rotation_enabled": True,
        },
    }


def main(arguments: list[str]) -> int:
    """Print the manifest. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="make slack-manifest", description=__doc__)
    parser.add_argument("--customer", default="nat")
    parser.add_argument("--environment", default="prod")
    parser.add_argument("--customers", type=Path, default=FOLDER, help="folder of the customers' files")
    given = parser.parse_args(arguments)
    try:
        customer = load_customer(given.customer, given.customers)
        app_url = _app_url(customer, load_environment(given.environment))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(manifest(customer, app_url), indent=2, ensure_ascii=False))
    return 0


def _app_url(customer: Customer, environment: Environment) -> str:
    found = customer.app_url_in(environment)
    if found is None:
        raise ConfigurationError(
            f"{customer.slug} has no domain in {environment.name}: Slack needs an address to send events to."
        )
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
