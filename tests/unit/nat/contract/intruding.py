"""Every route, tried by people who may not: of another nation, of none, removed, waiting, in too low a role.

`Matrix.foreign` sends the ids of one nation's things in header, path and body; what comes through is an
answer that names something of that nation, or a row of it that changed. `Matrix.rights` sends every route in
every role; what comes through is a route that answers anything but a refusal to a role that is too low.
`Matrix.operators` lets everybody of nations try what is for who runs the service, and the other way round.
`Matrix.floods` asks more often than a person may. `Matrix.strangers` looks for who is a customer.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from local.loopback import Request
from nat.aws import clients
from nat.aws.store import Store
from nat.contract.endpoint import Endpoint
from nat.contract.fields import Limit
from nat.contract.openapi import example_of
from nat.ids import NationSlug, UserId
from nat.names import SCHEMAS, Header, Table
from nat.people.memberships import Membership, Memberships, Outsider, Standing
from nat.people.person_limits import PersonLimits
from nat.roles import Role
from tests.unit.nat import world
from tests.unit.nat.contract.front import OPERATOR
from tests.unit.nat.contract.town import LAPSED, NEWCOMER, PEOPLE, STRANGER, UNKNOWN, Town

INTRUDERS: Final = "elsewhere"
"""A nation of their own, in which the intruders have every role."""
REMOVED, PAYER = "removed", "payer"
LINK: Final = "token"
"""Who holds a link may come in by it: none of these people does."""


@dataclass
class Tried:
    """How many were tried, and what came through."""

    number: int = 0
    through: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.number} tried, {len(self.through)} came through"


class Matrix:
    """The attempts, on a town. `place` is its beginning: whatever an attempt changes is put back."""

    def __init__(self, town: Town, endpoints: tuple[Endpoint, ...]) -> None:
        self._town = town
        self._endpoints = endpoints
        self._settle()

    def foreign(self, things: int | None = None, roles: tuple[Role, ...] = tuple(Role)) -> Tried:
        """Ids of another nation in header, path and body; with `things`, of so many of them only, by people
        who have these `roles` in their own nation."""
        tried = Tried()
        for endpoint in self._endpoints:
            slug = self._town.nation(endpoint)
            for ids in self._ids(things):
                for role in roles:  # people of another nation, in their own one, with ids of this one
                    who = f"{INTRUDERS}-{role}"
                    self._attempt(endpoint, who, INTRUDERS, ids, slug, tried)
                    self._attempt(endpoint, who, slug, ids, slug, tried)
                for who in (STRANGER, NEWCOMER, REMOVED, PAYER):
                    # Who pays has billing, and ways to prove themself.
                    if who != PAYER or not (endpoint.access.unproven or endpoint.access.role is None):
                        self._attempt(endpoint, who, slug, ids, slug, tried)
                who = f"{INTRUDERS}-{Role.OWNER}"  # in the name of somebody of this nation
                named = {Header.USER_ID.value: "owner"}
                self._attempt(endpoint, who, slug, ids, slug, tried, named)
        return tried

    def rights(self) -> Tried:
        """Every route in every role of its own nation."""
        tried = Tried()
        ids = next(self._ids(1))
        for endpoint in self._endpoints:
            needed = endpoint.access.role
            if needed is None:
                continue
            slug = self._town.nation(endpoint)
            callers: dict[str, Role | None] = {each: Role(each) for each in PEOPLE}
            for who, role in {**callers, PAYER: None, STRANGER: None}.items():
                allowed = role is not None and role.at_least(needed)
                if who == PAYER:
                    allowed = endpoint.access.unproven
                status, text = self._send(endpoint, who, slug, ids)
                self._town.restore()
                tried.number += 1
                refused = status == 403 and json.loads(text)["error"]["code"] in _REFUSALS
                if not allowed and not refused:
                    tried.through.append(f"{who}: {endpoint.key} → {status} {text[:120]}")
        return tried

    def operators(self) -> Tried:
        """The operator's routes by everybody else, and everything in a nation by the operator, who gets what
        a stranger gets."""
        tried = Tried()
        ids = next(self._ids(1))
        others = (*PEOPLE, PAYER, STRANGER, NEWCOMER, REMOVED, *(f"{INTRUDERS}-{role}" for role in Role))
        for endpoint in self._endpoints:
            slug = self._town.nation(endpoint)
            if endpoint.access.operator:
                for who in others:
                    status, text = self._send(endpoint, who, slug, ids)
                    tried.number += 1
                    if status != 403:
                        tried.through.append(f"{who}: {endpoint.key} → {status} {text[:120]}")
            elif endpoint.access.nation:
                self._attempt(endpoint, OPERATOR, slug, ids, slug, tried)
                answers = [self._send(endpoint, who, slug, ids) for who in (OPERATOR, STRANGER)]
                self._town.restore()
                tried.number += 1
                if answers[0][0] != answers[1][0]:
                    tried.through.append(f"{OPERATOR}: {endpoint.key} → {answers}")
        return tried

    def strangers(self) -> Tried:
        """Every route by somebody who has nothing to do with any nation, for nations that are customers, in
        each state, and for one that nobody subscribed: what comes through is a difference between the
        answers."""
        tried = Tried()
        ids = next(self._ids(1))
        for endpoint in self._endpoints:
            if not endpoint.access.nation:
                continue
            nowhere = self._told(endpoint, UNKNOWN, ids)
            for slug in (*sorted(set(self._town.nations.values())), LAPSED):
                there = self._told(endpoint, slug, ids)
                tried.number += 1
                if there != nowhere:
                    tried.through.append(f"{endpoint.key} in {slug}: {there}, and elsewhere {nowhere}")
        return tried

    def _told(self, endpoint: Endpoint, slug: str, ids: Mapping[str, str]) -> tuple[int, str, str]:
        """What a stranger is told, without the slug that they sent and what is drawn anew for each answer."""
        answer = self._answer(endpoint, STRANGER, slug, ids)
        self._town.restore()
        plain = [
            _DRAWN.sub("…", text.replace(slug, "SLUG"))
            for text in (json.dumps(answer["headers"], sort_keys=True), answer["body"])
        ]
        return answer["statusCode"], plain[0], plain[1]

    def floods(self) -> Tried:
        """Every route that has a limit, once more than a person may within a minute: what comes through is an
        answer other than 429 with the time to wait."""
        tried = Tried()
        ids = next(self._ids(1))
        limits = PersonLimits(Store(clients.dynamodb(), self._town.tables))
        for limit in Limit:
            for _ in range(limit.a_minute):
                limits.take(limit, UserId("owner"), self._town.clock())
            for endpoint in self._endpoints:
                if endpoint.limit is not limit:
                    continue
                answer = self._answer(endpoint, "owner", self._town.nation(endpoint), ids)
                wait = answer["headers"].get("retry-after", "")
                tried.number += 1
                if answer["statusCode"] != 429 or not (wait.isdecimal() and 0 < int(wait) <= 60):
                    tried.through.append(f"{endpoint.key} → {answer['statusCode']} {wait}")
        self._town.restore()
        return tried

    def _attempt(
        self,
        endpoint: Endpoint,
        who: str,
        nation: str,
        ids: Mapping[str, str],
        victim: str,
        tried: Tried,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        status, text = self._send(endpoint, who, nation, ids, headers)
        changed = self._changed(victim)
        self._town.restore()
        tried.number += 1
        leaked = [each for each in self._secrets(ids) if _named(each, text)] if status < 400 else []
        if leaked or changed:
            tried.through.append(f"{who} in {nation}: {endpoint.key} → {status} {leaked} {changed}")

    def _send(
        self,
        endpoint: Endpoint,
        who: str,
        nation: str,
        ids: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        answer = self._answer(endpoint, who, nation, ids, headers)
        return answer["statusCode"], answer["body"]

    def _answer(
        self,
        endpoint: Endpoint,
        who: str,
        nation: str,
        ids: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        path = endpoint.path
        for name in endpoint.places:
            path = path.replace(f"{{{name}}}", quote(ids[name], safe=""))
        body = b""
        if endpoint.body is not None:
            sent: dict[str, Any] = example_of(endpoint.example) if endpoint.example else {}
            body = json.dumps({**sent, **{name: ids[name] for name in sent.keys() & ids.keys()}}).encode()
        given = {
            "authorization": f"Bearer {who}",
            "content-type": "application/json",
            Header.NATION_SLUG.value: nation,
            **(headers or {}),
        }
        headers = {name.lower(): value for name, value in given.items()}
        return self._town.front.answer(
            Request(endpoint.method.upper(), path, headers=headers, body=body, target=path)
        )

    def _ids(self, things: int | None) -> Iterator[dict[str, str]]:
        known = {name: values[0] for name, values in self._town.known.items()}
        for thing in self._town.things[:things]:
            yield {**known, **thing.ids, LINK: "no-token", "user": "member", "user_id": "member"}

    @staticmethod
    def _secrets(ids: Mapping[str, str]) -> list[str]:
        """What an answer to somebody from outside must not name."""
        names = ("conversation", "turn", "approval", "fingerprint", "file", "invitation")
        return [*(ids[name] for name in names if name in ids), "admin@example.org", "member@example.org"]

    def _settle(self) -> None:
        """Give the intruders a nation, and the town's nations people who may not come in any more or yet."""
        tables = self._town.tables
        memberships = Memberships(Store(clients.dynamodb(), tables))
        world.store_nation(tables, world.nation(INTRUDERS))
        for role in Role:
            world.store_members(tables, INTRUDERS, [f"{INTRUDERS}-{role}"], role)
        for slug in set(self._town.nations.values()):
            memberships.put(
                Outsider(NationSlug(slug), UserId(REMOVED), Standing.REMOVED, world.START, "owner")
            )
            memberships.put(
                Membership(NationSlug(slug), UserId(PAYER), Role.OWNER, world.START, unproven=True)
            )
        self._town.keep()
        self._before = {slug: self._rows(slug) for slug in set(self._town.nations.values())}

    def _changed(self, slug: str) -> list[str]:
        """Tables in which rows of a nation are not what they were."""
        if not self._town.touched & {self._town.tables[table] for table in _OWN}:
            return []
        now = self._rows(slug)
        return [table for table, rows in self._before[slug].items() if rows != now[table]]

    def _rows(self, slug: str) -> dict[str, list[str]]:
        return {
            table.value: sorted(
                json.dumps(row, sort_keys=True, default=str)
                for row in world.rows(self._town.tables, table)
                if _is_of(table, row, slug)
            )
            for table in _OWN
        }


_DRAWN: Final = re.compile(r"(?=[\w%.~-]*[A-Z0-9])[\w%.~-]{20,}")
"""Ids and secrets: of what is always the same, nothing so long has a capital or a digit."""
_REFUSALS: Final = frozenset({"role_insufficient", "not_a_member", "not_proven"})
_OWN: Final = (*(table for table in Table if SCHEMAS[table].nation_scoped), Table.MEMBERSHIPS)


def _named(secret: str, text: str) -> bool:
    """Whether a text has it whole: `member@example.org` is no part of `elsewhere-member@example.org`."""
    return re.search(rf"(?<![\w-]){re.escape(secret)}(?!\w)", text) is not None


def _is_of(table: Table, row: Mapping[str, Any], slug: str) -> bool:
    name = "nation_slug" if table is Table.MEMBERSHIPS else SCHEMAS[table].partition
    key = str(row[name]["S"])
    return key == slug or key.startswith(f"{slug}#")
