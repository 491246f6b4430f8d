"""Notices in Slack: the channel that an admin chose, in each workspace of the nation."""

import logging

from nat.channels.brands import Brand
from nat.channels.slack_posts import NotPosted, SlackPost, SlackPosts
from nat.connections.slack_app import customer_of
from nat.ids import NationSlug
from nat.notices.receipts import NotAllTold, NoticeReceipts

_log = logging.getLogger(__name__)


def tell_channels(
    slack: SlackPosts,
    told: NoticeReceipts,
    nation_slug: NationSlug,
    incident: str,
    post: SlackPost,
    brand: Brand,
) -> int:
    """Post where the nation's notices go, once each; gives how many channels were told. A channel that does
    not take it is noted for the page that shows it: people were told by email.

    Raises `NotAllTold` for those that may be told later.
    """
    reached = missing = 0
    for link in slack.workspaces.links_of(nation_slug):
        if link.notices is None or customer_of(link.team) != brand.customer:
            continue
        recipient = f"slack#{link.team}/{link.notices}"
        if not told.begin(incident, recipient):
            continue
        problem: str | None = None
        try:
            slack.to_channel(nation_slug, link.team, link.notices, post)
            reached += 1
        except NotPosted as failed:
            if failed.later:
                told.failed(incident, recipient)
                missing += 1
                continue
            _log.warning("channel not told", extra={"nation": nation_slug, "reason": failed.problem})
            problem = failed.problem
        if problem != link.notices_problem:
            slack.workspaces.note_problem(link, problem)
        told.done(incident, recipient)
    if missing:
        raise NotAllTold(missing)
    return reached
