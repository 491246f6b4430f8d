"""The usage profile: how much of what exists is used in a month."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from config.loading import Frozen, choose, parse, read_toml

USAGE: Final = Path(__file__).with_name("usage.toml")
KILOBYTES: Final = 1_048_576
"""In a gigabyte."""

Amount = Annotated[Decimal, Field(ge=0)]


class Profile(Frozen):
    """Who uses the environment."""

    title: str
    nations: Annotated[int, Field(ge=1)]
    queries_a_day: Annotated[int, Field(ge=0)]
    """Of each nation, on average."""
    people: Annotated[int, Field(ge=1)]
    """Of each nation, who sign in within a month."""
    emails: Annotated[int, Field(ge=0)]
    """To each nation in a month: reports, notices, invitations."""


class Query(Frozen):
    """What one query uses; `usage.toml` says where each figure comes from."""

    writes: Amount
    reads: Amount
    pushes: Amount
    socket_messages: Amount
    socket_minutes: Amount
    http_requests: Amount
    edge_requests: Amount
    edge_function_calls: Amount
    function_calls: Amount
    function_gb_seconds: Amount
    queue_requests: Amount
    kms_requests: Amount
    secret_reads: Amount
    log_kb: Amount
    sent_kb: Amount
    stored_month_kb: Amount
    stored_year_kb: Amount


class Platform(Frozen):
    """What is used in a month whatever is asked."""

    polls_per_worker: Amount
    polls_per_mapping: Amount
    sweeps: Amount
    sweep_gb_seconds: Amount
    sweep_reads: Amount
    kms_requests: Amount
    log_gb: Amount
    alarm_emails: Amount
    lookups_per_email: Amount
    image_gb: Amount
    files_gb: Amount
    bundles_gb: Amount


class Usage(Frozen):
    """One profile with everything that the calculation needs."""

    profile: Profile
    query: Query
    platform: Platform
    hours: Amount

    @property
    def queries(self) -> Decimal:
        """Queries in a month of 365/12 days."""
        return Decimal(self.profile.nations * self.profile.queries_a_day * 365) / 12

    @property
    def emails(self) -> Decimal:
        """Emails in a month."""
        return Decimal(self.profile.nations * self.profile.emails)

    @property
    def stored_gb(self) -> Decimal:
        """Rows after a year, when as much expires as is added."""
        kept = self.query.stored_month_kb + 12 * self.query.stored_year_kb
        return self.queries * kept / KILOBYTES

    @property
    def log_gb(self) -> Decimal:
        """Log lines of a month."""
        return self.platform.log_gb + self.queries * self.query.log_kb / KILOBYTES


def profile_names() -> tuple[str, ...]:
    """Profiles of `usage.toml`, in its order."""
    return tuple(read_toml(USAGE)["profiles"])


def load_usage(name: str) -> Usage:
    """The profile `name`. Raises `ConfigurationError`."""
    values = read_toml(USAGE)
    profiles = values.pop("profiles")
    choose("profile", name, tuple(profiles))
    return parse(Usage, {**values, "profile": profiles[name]}, "usage.toml")
