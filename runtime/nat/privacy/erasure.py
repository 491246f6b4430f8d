"""Deleting for good: a nation with all that belongs to it, or a person in every nation.

Each step asks what is there and may be repeated; what finds other things goes last. A run that is short of
time stops between two conversations (`Unfinished`) and is begun again by the next message.

**A nation.** Its subscriptions end at once, its pair is revoked and forgotten, nobody can ask any more; then
conversations, proposals and journals, files, memberships, schedules' rows, usage, connections, Slack links,
invitations, secrets (without a window for recovery: a nation that was deleted has no tokens and no key that
could come back) and its audit log go, and the record last.

**A person.** Memberships, conversations, open connections, invitations, usage by day (added to nobody's, so
that the nation's figures stay), who they are in Slack, that their address took no emails, the row and the
account of the user pool go. Audit logs of nations keep the opaque user id, which by then nothing resolves: a
chain of hashes has no entry that could be taken out.

The receipt is an entry of the log `RECEIPTS`, which is no nation's and outlives all of them; a person's
deletion is also noted in their nations' logs. What remains in Once goes by itself: tickets after a minute,
who was told what after 40 days.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError
from ulid import ULID

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.items import epoch_ms
from nat.aws.secrets import destroy_secret
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Delete, Entry, Put, Update
from nat.billing.trials import Trials
from nat.channels.refused_mail import RefusedMail
from nat.channels.websocket import HangUp, Sockets
from nat.connections.slack_workspaces import Workspaces
from nat.conversations.turns import META_ITEM
from nat.ids import NationSlug, UserId
from nat.names import (
    INSTALLATIONS_BY_NATION,
    INVITATIONS_BY_NATION,
    TTL_ATTRIBUTE,
    Secret,
    Table,
    nation_files,
    person_files,
)
from nat.nations.record import Nations, SubscriptionStatus
from nat.people.memberships import Memberships, Outsider, Standing
from nat.people.users import Users
from nat.privacy.holdings import PARTITIONS, Holdings
from nat.privacy.jobs import Job

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

RECEIPTS: Final = NationSlug("#privacy")
"""Partition of the audit log that holds receipts. No slug begins with `#`."""
NOBODY: Final = "removed"
"""In the sort keys of Usage, in place of people who are gone."""


LEASE: Final = timedelta(seconds=850)
"""How long one run has a nation for itself: longer than its function may take, shorter than a message that
was not acknowledged stays hidden."""


class Unfinished(Exception):
    """Time is up; the next run goes on."""


class BeingDeleted(Exception):
    """Another run is deleting this nation; the message comes again."""


@dataclass(frozen=True)
class Outside:
    """What is deleted elsewhere: connections, subscriptions, NationBuilder's pair, accounts."""

    hang_up: HangUp
    end_subscriptions: Callable[[str], int]
    """Ends a nation's subscriptions at the payment provider; gives how many."""
    disconnect: Callable[[str], int]
    """Forgets and revokes a nation's pair at NationBuilder; gives how many there were."""
    delete_account: Callable[[UserId], int]
    """Deletes a person from the user pool."""


class Erasure:
    """Deletes nations and people."""

    def __init__(
        self,
        store: Store,
        *,
        secrets: "SecretsManagerClient",
        s3: "S3Client",
        bucket: str,
        outside: Outside,
        time_is_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._holdings = Holdings(store)
        self._nations = Nations(store)
        self._memberships = Memberships(store)
        self._users = Users(store)
        self._slack = Workspaces(store)
        self._refused = RefusedMail(store)
        self._sockets = Sockets(store)
        self._audit = Audit(store)
        self._trials = Trials(store)
        self._secrets = secrets
        self._s3 = s3
        self._bucket = bucket
        self._outside = outside
        self._time_is_up = time_is_up

    def nation(self, job: Job, counts: Counter[str]) -> None:
        """Delete the nation that the job was begun for, and leave a receipt. `counts` is added to, also when
        it raises `Unfinished`.

        One run at a time has the nation; another one raises `BeingDeleted`. The record goes last, so one of
        the same slug that was made at another time belongs to people who came back after everything was gone:
        it is left alone, with what they have bought since.
        """
        with self._alone(job):
            if self._is_still(job):
                self._delete_nation(NationSlug(job.subject), counts)
            self._receipt(job, f"Deleted the nation {job.subject}", counts)

    def _is_still(self, job: Job) -> bool:
        """Whether there is something left to delete of the nation that the job was begun for."""
        if job.record_of is None:
            return self._nations.get(NationSlug(job.subject)) is None
        marked = {"subscription_status": SubscriptionStatus.CANCELLED.value, "being_deleted": job.id}
        expected = {"created_at": job.record_of}
        # Nobody asks any more, and nobody can subscribe it.
        return self._nations.update(NationSlug(job.subject), marked, expected=expected) is not None

    @contextmanager
    def _alone(self, job: Job) -> Iterator[None]:
        """A lease on the slug: two runs at once, of a message that came twice or of two jobs, could delete
        what was made after one of them had ended."""
        key, lease, now = {"key": f"deleting#{job.subject}"}, str(ULID()), self._store.clock()
        row = {
            **key,
            "job": job.id,
            "lease": lease,
            "until_ms": epoch_ms(now + LEASE),
            TTL_ATTRIBUTE: int((now + LEASE).timestamp()) + 1,
        }
        free = Attr("key").not_exists() | Attr("until_ms").lt(epoch_ms(now))
        if not self._store.write(Put(Table.ONCE, row, when=free)):
            raise BeingDeleted
        try:
            yield
        finally:
            with suppress(ClientError):  # it ends by itself
                self._store.write(Delete(Table.ONCE, key, when=Attr("lease").eq(lease)))

    def _delete_nation(self, nation_slug: NationSlug, counts: Counter[str]) -> None:
        record = self._nations.get(nation_slug)
        if record is not None:
            if record.stripe_subscription_id is not None:
                self._trials.use_up(nation_slug)
            counts["subscriptions"] += self._outside.end_subscriptions(nation_slug)
            counts["nationbuilder_pairs"] += self._outside.disconnect(nation_slug)
        people = self._holdings.people(nation_slug)
        for person in people:
            self._conversations(nation_slug, UserId(person), counts)
        for person in people:
            counts["connections"] += self._sockets.shut_out(
                nation_slug, UserId(person), self._outside.hang_up
            )
            counts["memberships"] += int(self._memberships.remove(nation_slug, UserId(person)))
            self._users.unlink(nation_slug, UserId(person))
        counts["files"] += self._files(nation_files(nation_slug))
        for name in (
            Secret.nation_tokens(nation_slug),
            Secret.nation_model_key(nation_slug),
            Secret.nation_app(nation_slug),
        ):
            counts["secrets"] += int(destroy_secret(self._secrets, name))
        invitations = self._holdings.by_index(Table.ONCE, INVITATIONS_BY_NATION, nation_slug)
        counts["invitations"] += self._holdings.delete(Table.ONCE, invitations)
        links = self._holdings.by_index(Table.INSTALLATIONS, INSTALLATIONS_BY_NATION, nation_slug)
        counts["slack_links"] += self._holdings.delete(Table.INSTALLATIONS, links)
        of_nation = [f"{each}#{nation_slug}" for each in _OF_NATION]
        of_people = [f"stripe-customer#{nation_slug}#{each}" for each in people]
        self._holdings.delete(Table.ONCE, [{"key": each} for each in (*of_nation, *of_people)])
        for table in PARTITIONS:
            self._hurry()
            rows = self._holdings.partition(table, nation_slug)
            counts[table.value.lower()] += self._holdings.delete(table, rows)
        self._store.write(Delete(Table.NATIONS, {"nation_slug": nation_slug}))

    def person(self, job: Job, counts: Counter[str]) -> None:
        """Delete a person and leave a receipt. Who owns a nation hands it over or deletes it first: who calls
        makes sure of that."""
        user_id = job.subject
        # A token that was issued before joins nothing and asks nothing from here on.
        now = self._store.clock()
        self._memberships.bury(UserId(user_id), now)
        for each in self._memberships.of_user(UserId(user_id)):
            self._memberships.put(Outsider(each.nation_slug, UserId(user_id), Standing.REMOVED, now, user_id))
            counts["memberships"] += 1
        user = self._users.get(UserId(user_id))
        email = None if user is None else user.email
        for slug in self._holdings.nations(UserId(user_id)):
            self._conversations(NationSlug(slug), UserId(user_id), counts)
            counts["connections"] += self._sockets.shut_out(
                NationSlug(slug), UserId(user_id), self._outside.hang_up
            )
            counts["invitations"] += self._invitations(NationSlug(slug), UserId(user_id), email)
            self._forget_connection(NationSlug(slug), UserId(user_id))
            if email is not None:
                self._nations.update(NationSlug(slug), {"admin_email": None}, expected={"admin_email": email})
            self._audit.append(
                NationSlug(slug),
                AuditKind.DATA_DELETED,
                by=user_id,
                about=user_id,
                summary="Deleted their data",
                once=f"privacy#{job.id}#{slug}",
            )
            self._memberships.remove(NationSlug(slug), UserId(user_id))
            counts["usage"] += self._anonymise(NationSlug(slug), UserId(user_id))
        self._slack.forget_user(UserId(user_id))
        if email is not None:
            self._refused.forget(email)
        counts["files"] += self._files(person_files(UserId(user_id)))
        counts["accounts"] += self._outside.delete_account(UserId(user_id))
        self._store.write(Delete(Table.USERS, {"user_id": user_id}))
        self._receipt(job, "Deleted a person", counts)

    def _conversations(self, nation_slug: NationSlug, user_id: UserId, counts: Counter[str]) -> None:
        for conversation in self._holdings.conversations(nation_slug, user_id):
            self._hurry()
            actions = self._holdings.partition(Table.ACTIONS, conversation)
            counts["actions"] += self._holdings.delete(Table.ACTIONS, actions)
            rows = list(self._holdings.partition(Table.CONVERSATIONS, conversation))
            turns = [each["item"] for each in rows if each["item"].count("#") == 1]
            known = [{"key": each} for each in turns if each.startswith("turn#")]
            self._holdings.delete(Table.ONCE, known)
            # The entry goes last: as long as it is there, the conversation is found.
            rows.sort(key=lambda each: each["item"] == META_ITEM)
            self._holdings.delete(Table.CONVERSATIONS, rows)
            counts["conversations"] += 1
            counts["conversation_rows"] += len(rows)

    def _invitations(self, nation_slug: NationSlug, user_id: UserId, email: str | None) -> int:
        found = self._holdings.by_index(Table.ONCE, INVITATIONS_BY_NATION, nation_slug)
        theirs = [
            each
            for each in found
            if each["invited_by"] == user_id or (email is not None and each.get("email") == email)
        ]
        return self._holdings.delete(Table.ONCE, theirs)

    def _forget_connection(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """Who connected the nation is forgotten; that it is connected stays."""
        rows = self._holdings.partition(Table.CONNECTIONS, nation_slug)
        theirs = [each for each in rows if each.get("user_id") == user_id]
        self._holdings.delete(Table.CONNECTIONS, theirs)

    def _anonymise(self, nation_slug: NationSlug, user_id: UserId) -> int:
        """Add a person's days to nobody's, each once."""
        done = 0
        for row in list(self._holdings.partition(Table.USAGE, nation_slug)):
            day, _, person = row["day_user"].rpartition("#")
            if person != user_id:
                continue
            numbers = {name: value for name, value in row.items() if isinstance(value, int)}
            theirs = {"nation_slug": nation_slug, "day_user": row["day_user"]}
            nobodys = {"nation_slug": nation_slug, "day_user": f"{day}#{NOBODY}"}
            entries: list[Entry] = [Delete(Table.USAGE, theirs, when=Attr("nation_slug").exists())]
            if numbers:
                entries.append(Update(Table.USAGE, nobodys, add=numbers))
            try:
                self._store.transact(entries)
            except Cancelled:
                continue
            done += 1
        return done

    def _files(self, prefix: str) -> int:
        done = 0
        for page in self._listed(prefix):
            keys: Any = [{"Key": each} for each in page]
            self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
            done += len(keys)
        return done

    def _listed(self, prefix: str) -> Iterator[list[str]]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            if found := [each["Key"] for each in page.get("Contents", [])]:
                yield found

    def _receipt(self, job: Job, summary: str, counts: Counter[str]) -> None:
        self._audit.append(
            RECEIPTS,
            AuditKind.DATA_DELETED,
            by=job.user_id,
            about=job.subject,
            summary=summary,
            details={"counts": {name: number for name, number in sorted(counts.items()) if number}},
            once=f"privacy#{job.id}",
        )

    def _hurry(self) -> None:
        if self._time_is_up():
            raise Unfinished


_OF_NATION: Final = ("limit", "retention")
"""Rows of Once that are named after a nation."""
