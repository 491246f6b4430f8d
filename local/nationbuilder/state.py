"""The state of a stand-in as one JSON file, so that it survives a restart."""

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final

import msgspec

from local.nationbuilder.oauth import App
from local.nationbuilder.schema import Kind, Row, schema
from local.nationbuilder.standin import StandIn
from local.nationbuilder.store import Effect, Job, Nation, Table, User
from local.nationbuilder.tokens import Code, Token

VERSION: Final = 1
PERIOD_SECONDS: Final = 5.0


class StateUnusable(ValueError):
    """The file is not a snapshot of this version."""


def save(standin: StandIn, path: Path) -> None:
    """Write a snapshot: to a new file first, which then takes the place of the old one."""
    nations = []
    for nation in list(standin.nations.values()):
        with nation.lock:
            nations.append(_nation(nation))
    tokens = standin.tokens
    document = {
        "version": VERSION,
        "seed_date": standin.seed_date,
        "shift_seconds": standin.clock.shift.total_seconds(),
        "apps": [vars(app) for app in list(standin.oauth.apps.values())],
        "secret": tokens.secret,
        "tokens": [vars(token) for token in list(tokens.by_access.values())],
        "codes": [vars(code) for code in list(tokens.codes.values())],
        "nations": nations,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(document))
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(0o600)
    fresh.replace(path)


def load(standin: StandIn, path: Path) -> None:
    """Take over a snapshot. Raises `StateUnusable`."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["version"] != VERSION:
            raise StateUnusable(
                f"{path} was written by another version. Delete it to start with fresh seeds."
            )
        _restore(standin, document)
    except (ValueError, KeyError, TypeError) as error:
        raise StateUnusable(
            f"{path} cannot be read ({error}). Delete it to start with fresh seeds."
        ) from error


def _restore(standin: StandIn, document: Mapping[str, Any]) -> None:
    standin.seed_date = datetime.fromisoformat(document["seed_date"])
    standin.clock.shift = timedelta(seconds=document["shift_seconds"])
    standin.oauth.apps |= {app.client_id: app for app in msgspec.convert(document["apps"], list[App])}
    tokens = standin.tokens
    tokens.secret = document["secret"]
    for token in msgspec.convert(document["tokens"], list[Token]):
        tokens.add(token)
    tokens.codes |= {code.code: code for code in msgspec.convert(document["codes"], list[Code])}
    standin.nations.clear()
    for each in document["nations"]:
        standin.nations[each["slug"]] = _read_nation(each)


def _nation(nation: Nation) -> dict[str, Any]:
    return {
        "slug": nation.slug,
        "name": nation.name,
        "time_zone": nation.time_zone,
        "tables": {
            kind: {"next_id": table.next_id, "rows": [_sparse(table, row) for row in table.rows.values()]}
            for kind, table in nation.tables.items()
        },
        "list_members": {list_id: list(ids) for list_id, ids in nation.list_members.items()},
        "users": [dict(vars(user)) for user in nation.users.values()],
        "jobs": [dict(vars(job)) for job in nation.jobs.values()],
        "effects": [vars(effect) for effect in nation.effects],
    }


def _sparse(table: Table, row: Row) -> Row:
    """A row without what it has by default."""
    defaults = table.resource.defaults
    return {name: value for name, value in row.items() if name not in defaults or defaults[name] != value}


def _read_nation(document: Mapping[str, Any]) -> Nation:
    nation = Nation(document["slug"], document["name"], document["time_zone"])
    for kind, saved in document["tables"].items():
        table = nation[kind]
        moments = {
            name
            for name, attribute in schema().resources[kind].attributes.items()
            if attribute.kind is Kind.DATETIME
        }
        for row in saved["rows"]:
            for name in moments & row.keys():
                row[name] = None if row[name] is None else datetime.fromisoformat(row[name])
            table.insert(row, row.pop("id"))
        table.next_id = saved["next_id"]
    nation.list_members = {list_id: dict.fromkeys(ids) for list_id, ids in document["list_members"].items()}
    nation.users = {user.signup_id: user for user in msgspec.convert(document["users"], list[User])}
    nation.jobs = {job.token: job for job in msgspec.convert(document["jobs"], list[Job])}
    nation.effects = msgspec.convert(document["effects"], list[Effect])
    return nation


class Keeper:
    """Saves a stand-in to a file every few seconds while it changes, and once more at the end."""

    def __init__(self, standin: StandIn, path: Path, period_seconds: float = PERIOD_SECONDS) -> None:
        self._standin = standin
        self._path = path
        self._period = period_seconds
        self._saved: int | None = None
        self._end = Event()
        self._lock = Lock()
        self._thread = Thread(target=self._run, name="nationbuilder-state", daemon=True)

    def start(self) -> None:
        """Begin saving."""
        self._thread.start()

    def stop(self) -> None:
        """Save what is unsaved and end."""
        self._end.set()
        self._thread.join()
        self._save()

    def _run(self) -> None:
        while not self._end.wait(self._period):
            self._save()

    def _save(self) -> None:
        with self._lock:
            version = self._standin.version
            if version != self._saved:
                save(self._standin, self._path)
                self._saved = version
