"""Files that people asked for in a conversation: in S3 for a day, and a row that says whose they are.

    file#<id>      a row of the conversation: name, rows, whether it is all
    nation/<slug>/<conversation id>/<id>.csv    the object

A file is fetched through the HTTP API, which looks up the person and gives an address that works for 15
minutes. So a link in an answer can be kept and passed on without giving the file to who may not have it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ulid import ULID

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put
from nat.contract.events import Link
from nat.conversations.turns import Turn, check_attempt, conversation_key
from nat.errors import NotFound, TurnLost
from nat.ids import ConversationId, NationSlug, UserId
from nat.names import TTL_ATTRIBUTE, Table, nation_files
from nat.roles import Role

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from nat.agent.ports import ExportFile

KEPT: Final = timedelta(days=1)
"""How long a file can be fetched; the bucket deletes it by then or in the following hours."""
ADDRESS_SECONDS: Final = 900
CONTENT_TYPE: Final = "text/csv; charset=utf-8"
GONE: Final = "This file is not there any more: files are kept for a day. Ask for it again."


@dataclass(frozen=True)
class FileAddress:
    """Where a file can be fetched for `ADDRESS_SECONDS`. `total` is `None` if nobody knows it."""

    name: str
    url: str
    rows: int
    total: int | None
    complete: bool


class TurnFiles:
    """The agent's port `Exports` for one attempt of one turn. The clients must be nation-scoped."""

    def __init__(
        self,
        store: Store,
        s3: "S3Client",
        bucket: str,
        turn: Turn,
        *,
        app_url: str,
    ) -> None:
        self._store = store
        self._s3 = s3
        self._bucket = bucket
        self._turn = turn
        self._app_url = app_url

    @property
    def contact_details(self) -> bool:
        """Who may change people may also take their contact details out."""
        return self._turn.role.at_least(Role.MEMBER)

    def keep(self, file: "ExportFile") -> Link:
        """Store a file; gives the page of the web app that fetches it. Raises `TurnLost`."""
        turn, identifier = self._turn, str(ULID())
        key = f"{nation_files(turn.nation_slug)}{turn.conversation_id}/{identifier}.csv"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=file.text.encode(), ContentType=CONTENT_TYPE)
        row: dict[str, object] = {
            "conversation": turn.conversation,
            "item": f"file#{identifier}",
            "user_id": turn.user_id,
            "key": key,
            "name": file.name,
            "rows": file.rows,
            "total": file.total,
            "complete": file.complete,
            TTL_ATTRIBUTE: int((self._store.clock() + KEPT).timestamp()),
        }
        try:
            self._store.transact([check_attempt(turn), Put(Table.CONVERSATIONS, row)])
        except Cancelled:
            raise TurnLost from None
        rows = f"{file.rows:,} {'row' if file.rows == 1 else 'rows'}{'' if file.complete else ', not all'}"
        return Link(
            f"Download {file.name} ({rows})", f"{self._app_url}/files/{turn.conversation_id}/{identifier}"
        )


class Files:
    """Fetches files for people."""

    def __init__(self, store: Store, s3: "S3Client", bucket: str) -> None:
        self._store = store
        self._s3 = s3
        self._bucket = bucket

    def address(
        self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId, file_id: str
    ) -> FileAddress:
        """Where this person fetches a file of their own. Raises `NotFound`, also when its day is over."""
        try:
            key = {"conversation": conversation_key(nation_slug, conversation_id), "item": f"file#{file_id}"}
        except ValueError:
            raise NotFound(GONE) from None
        row = self._store.get(Table.CONVERSATIONS, key)
        if (
            row is None
            or row.get("user_id") != user_id
            or row[TTL_ATTRIBUTE] <= self._store.clock().timestamp()
        ):
            raise NotFound(GONE)
        url = self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": row["key"],
                "ResponseContentDisposition": f'attachment; filename="{row["name"]}"',
                "ResponseContentType": CONTENT_TYPE,
            },
            ExpiresIn=ADDRESS_SECONDS,
        )
        return FileAddress(row["name"], url, row["rows"], row.get("total"), row["complete"])
