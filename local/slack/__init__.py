"""A stand-in for Slack: the part of its Web API that Nat uses, with its refusals, and a sender of events."""

from local.slack.sender import Sender
from local.slack.server import RunningSlack, running_slack

__all__ = ["RunningSlack", "Sender", "running_slack"]
