"""Everything that Nat holds on a person or a nation, as one archive of JSON files.

Each file has one JSON object a line, a row as it is stored, so that nothing is left out by a choice of ours.
Tokens and keys are no data of people and are not in it. The archive lies in the bucket of people's files for
a day; who asked for it gets an address that works for 15 minutes.
"""

import base64
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from nat.aws.items import Row, timestamp
from nat.aws.store import Store
from nat.conversations.files import ADDRESS_SECONDS
from nat.ids import NationSlug, UserId
from nat.names import (
    INSTALLATIONS_BY_NATION,
    INVITATIONS_BY_NATION,
    MEMBERSHIPS_BY_NATION,
    Table,
    nation_files,
    person_files,
)
from nat.people.users import Users
from nat.privacy.holdings import Holdings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IN_MEMORY: Final = 32 * 1024 * 1024
"""Bytes of an archive that are kept in memory; a larger one goes to the disk of the function."""
CONTENT_TYPE: Final = "application/zip"
_SECRET: Final = ("sealed",)
"""Attributes that hold a pair, sealed."""
_INNER: Final = ("ttl", "holder", "lease_until_ms", "due_kind")
"""What only storage needs."""


class Export:
    """Makes archives, with a role that reaches all nations."""

    def __init__(
        self,
        store: Store,
        s3: "S3Client",
        bucket: str,
    ) -> None:
        self._store = store
        self._holdings = Holdings(store)
        self._users = Users(store)
        self._s3 = s3
        self._bucket = bucket

    def person(self, user_id: UserId, job: str) -> tuple[str, dict[str, int]]:
        """All of a person, in every nation; gives the file's key and how many rows of each kind."""
        held = self._holdings
        slugs = held.nations(user_id)
        return self._keep(
            f"{person_files(user_id)}{job}.zip",
            {
                "person": held.partition(Table.USERS, user_id),
                "memberships": held.partition(Table.MEMBERSHIPS, user_id),
                **self._talks((slug, user_id) for slug in slugs),
                "usage": (
                    row
                    for slug in slugs
                    for row in held.partition(Table.USAGE, slug)
                    if row["day_user"].endswith(f"#{user_id}")
                ),
                "audit": (
                    row
                    for slug in slugs
                    for row in held.partition(Table.AUDIT, slug)
                    if user_id in (row.get("by"), row.get("about"))
                ),
                "invitations": (
                    row
                    for slug in slugs
                    for row in held.by_index(Table.ONCE, INVITATIONS_BY_NATION, slug)
                    if row["invited_by"] == user_id
                ),
            },
        )

    def nation(self, nation_slug: NationSlug, job: str) -> tuple[str, dict[str, int]]:
        """All of a nation; gives the file's key and how many rows of each kind."""
        held = self._holdings
        people = held.people(nation_slug)
        return self._keep(
            f"{nation_files(nation_slug)}{job}.zip",
            {
                "nation": held.partition(Table.NATIONS, nation_slug),
                "memberships": held.by_index(Table.MEMBERSHIPS, MEMBERSHIPS_BY_NATION, nation_slug),
                "people": ({"user_id": each.user_id, "email": each.email} for each in self._people(people)),
                **self._talks((nation_slug, each) for each in people),
                "usage": held.partition(Table.USAGE, nation_slug),
                "automations": held.partition(Table.AUTOMATIONS, nation_slug),
                "connections": held.partition(Table.CONNECTIONS, nation_slug),
                "slack": held.by_index(Table.INSTALLATIONS, INSTALLATIONS_BY_NATION, nation_slug),
                "invitations": held.by_index(Table.ONCE, INVITATIONS_BY_NATION, nation_slug),
                "audit": held.partition(Table.AUDIT, nation_slug),
            },
        )

    def address(self, key: str) -> str:
        """Where an archive can be fetched for `ADDRESS_SECONDS`."""
        return self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="nat-{key.rpartition("/")[2]}"',
                "ResponseContentType": CONTENT_TYPE,
            },
            ExpiresIn=ADDRESS_SECONDS,
        )

    def _people(self, user_ids: list[str]) -> Iterable[Any]:
        found = self._users.get_many(user_ids)
        return [found[each] for each in user_ids if each in found]

    def _talks(self, whose: Iterable[tuple[str, str]]) -> dict[str, Iterator[Row]]:
        held = self._holdings
        keys = [
            each for slug, user_id in whose for each in held.conversations(NationSlug(slug), UserId(user_id))
        ]
        return {
            "conversations": chain.from_iterable(held.partition(Table.CONVERSATIONS, each) for each in keys),
            "actions": chain.from_iterable(held.partition(Table.ACTIONS, each) for each in keys),
        }

    def _keep(self, key: str, kinds: dict[str, Iterable[Row]]) -> tuple[str, dict[str, int]]:
        counts: Counter[str] = Counter()
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for kind, rows in kinds.items():
                    with archive.open(f"{kind}.jsonl", "w", force_zip64=True) as lines:
                        for row in rows:
                            lines.write(f"{_line(row)}\n".encode())
                            counts[kind] += 1
                about = {"made_at": timestamp(self._store.clock()), "rows": dict(counts)}
                archive.writestr("about.json", json.dumps(about, indent=1))
            file.seek(0)
            self._s3.upload_fileobj(file, self._bucket, key, ExtraArgs={"ContentType": CONTENT_TYPE})
        return key, dict(counts)


def _line(row: Row) -> str:
    told = {name: value for name, value in row.items() if name not in (*_SECRET, *_INNER)}
    return json.dumps(told, ensure_ascii=False, default=_plain, sort_keys=True)


def _plain(value: Any) -> Any:
    """What JSON does not know: sets, and bytes as base64."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    return base64.b64encode(bytes(value)).decode()
