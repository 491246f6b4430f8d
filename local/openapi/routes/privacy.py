"""Exports and deletions of what Nat holds on a person or a nation."""

from typing import Annotated, Final, Literal

from local.openapi.vocabulary import (
    ABSENT,
    ADMIN,
    FOUND,
    Address,
    Answered,
    Count,
    Moment,
    Operation,
    Sent,
    one_of,
)
from nat.errors import OwnerStays
from nat.names import PrivacyRoute
from nat.privacy.jobs import JobState, Task
from nat.privacy.requests import CONFIRM_ME


class Job(Answered):
    """An export or a deletion, and how far it is."""

    job: str
    task: Annotated[str, one_of(Task)]
    state: Annotated[str, one_of(JobState)]
    counts: dict[str, Count]
    """Rows and files by kind."""
    created_at: Moment


class JobWithFile(Job):
    """An export or a deletion, and where the file of an export that is done can be fetched."""

    url: Address = ABSENT
    expires_in: Count = ABSENT
    """Seconds that the address works."""


class AccountDeletion(Sent):
    """The word that confirms it."""

    confirm: Literal["delete"]


class NationDeletion(Sent):
    """The nation's own slug confirms it."""

    confirm: str


_TAG: Final = "Privacy"

OPERATIONS: Final = (
    Operation(
        PrivacyRoute.EXPORT_ME,
        "exportMe",
        _TAG,
        "Begin an export of everything on the person, in every nation",
        Job,
        status=202,
        nation=False,
    ),
    Operation(
        PrivacyRoute.DELETE_ME,
        "deleteMe",
        _TAG,
        "Begin the deletion of the person, for good",
        Job,
        status=202,
        description="Whoever owns a nation hands the ownership over or deletes the nation first.",
        body=AccountDeletion,
        example={"confirm": CONFIRM_ME},
        errors=(OwnerStays,),
        nation=False,
    ),
    Operation(
        PrivacyRoute.EXPORT_NATION,
        "exportNation",
        _TAG,
        "Begin an export of everything on the nation",
        Job,
        status=202,
        description="For the owner.",
        errors=ADMIN,
    ),
    Operation(
        PrivacyRoute.DELETE_NATION,
        "deleteNation",
        _TAG,
        "Begin the deletion of the nation, for good",
        Job,
        status=202,
        description="For the owner.",
        body=NationDeletion,
        example={"confirm": "demo"},
        errors=ADMIN,
    ),
    Operation(
        PrivacyRoute.JOB,
        "getPrivacyJob",
        _TAG,
        "How far an export or a deletion is",
        JobWithFile,
        description="For who began it.",
        errors=FOUND,
        nation=False,
    ),
)
