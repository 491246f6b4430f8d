"""Keeping a nation's tokens good. A refresh token is good for one use, so a lost answer must not be lost.

One process at a time has the nation's lease. It proves that the vault can be written, stores durably that the
refresh token is being spent (`sent`), and only then asks, once. The new pair goes sealed into the row of the
refresh, which is conditional on the token that was sent, then into the vault, and only then to whoever needs
it. What a process leaves behind when it dies is taken up by the next reader and by the minute sweep: a sealed
pair is put into the vault; if the vault has a newer pair, that is it; otherwise the old refresh token is
tried again, because the request may never have arrived. NationBuilder says `invalid_grant` to a spent one:
then the nation has to be connected anew, and its record says so.

Dying between NationBuilder's answer and the write of the row cannot be undone, only be made visible.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.connections.apps import Apps, AppUnknown
from nat.connections.refresh_rows import RefreshRow, RefreshRows, RefreshState
from nat.connections.seal import Seal, SealBroken
from nat.connections.status import NbStatus
from nat.connections.token_endpoint import AnswerUnclear, GrantRefused, RequestRefused, TokenEndpoint
from nat.connections.tokens import NbTokens, PairUnreadable, fingerprint, from_json, to_json
from nat.connections.vault import TokenVault
from nat.errors import NationBuilderDown, Reconnect
from nat.ids import NationSlug
from nat.waiting import Backoff

MARGIN: Final = timedelta(minutes=5)
"""A token that ends sooner is refreshed before it is used (API facts §3, practice of the field)."""
JOB_MARGIN: Final = timedelta(hours=13)
"""The job runs every 12 hours: what ends within 13 would not see the next run."""
PATIENCE: Final = timedelta(seconds=40)
"""How long a request waits for another process that refreshes its nation: longer than a lease."""
POLLING: Final = Backoff(tries=1, first=0.3, least=1 / 3)
"""How often it is looked whether another process has done with its refresh: one pause again and again."""
GIVE_UP_TRIES: Final = 50
"""About a day of unclear answers."""
POSTPONING: Final = Backoff(tries=GIVE_UP_TRIES, first=60.0, longest=1800.0, least=1.0)
"""When the sweeper asks again after an unclear answer."""
STORING: Final = Backoff(tries=5, first=0.5, longest=2.0, least=0.5)
"""How often a pair that lies nowhere yet is offered to the row and to the vault."""
_AWS: Final = (BotoCoreError, ClientError)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Wish:
    """What is asked for: a token that was not refused and lives longer than `margin`. `sweeping` also tries
    again what is not urgent."""

    refused: str = ""
    margin: timedelta = MARGIN
    sweeping: bool = False

    def granted_by(self, tokens: NbTokens, now: datetime) -> bool:
        return tokens.usable(now + self.margin, self.refused)


class _Gates:
    """One lock per nation, for as long as somebody holds it."""

    def __init__(self) -> None:
        self._registry = threading.Lock()
        self._locks: weakref.WeakValueDictionary[str, _Gate] = weakref.WeakValueDictionary()

    @contextmanager
    def passing(self, nation_slug: NationSlug) -> Iterator[None]:
        with self._registry:
            gate = self._locks.get(nation_slug)
            if gate is None:
                gate = self._locks[nation_slug] = _Gate()
        with gate.lock:
            yield


class _Gate:
    """A lock that can be referred to weakly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Refresher:
    """Refreshes tokens on demand, for the job and for the sweep, from many threads at a time.

    Every method is called within `nation(nation_slug)`.
    """

    def __init__(
        self,
        *,
        vault: TokenVault,
        rows: RefreshRows,
        status: NbStatus,
        seal: Seal,
        endpoint: TokenEndpoint,
        apps: Apps,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._vault = vault
        self._rows = rows
        self._status = status
        self._seal = seal
        self._endpoint = endpoint
        self._apps = apps
        self._now = now
        self._sleep = sleep
        self._gates = _Gates()

    def tokens(self, nation_slug: NationSlug, *, refused: str = "", margin: timedelta = MARGIN) -> NbTokens:
        """A pair whose access token can be sent now, refreshed if it ends within `margin` or is `refused`.

        Where refreshing fails, a token that has not ended is given nevertheless. Raises `Reconnect` when
        somebody has to connect the nation anew, `NationBuilderDown` when trying later may help.
        """
        wish = _Wish(refused, margin)
        kept = self._vault.get_nb_tokens_by_nation(nation_slug)
        if wish.granted_by(kept, self._now()):
            return kept
        with self._gates.passing(nation_slug):
            # Whoever was in here before may have refreshed it: the vault remembers.
            kept = self._vault.get_nb_tokens_by_nation(nation_slug)
            if wish.granted_by(kept, self._now()):
                return kept
            return self._among_processes(nation_slug, wish)

    def recover(self, nation_slug: NationSlug) -> None:
        """Take up what a process left behind, if its lease has ended. Raises what `tokens` raises."""
        with self._gates.passing(nation_slug), self._lease(nation_slug) as row:
            if row is None or row.state in (RefreshState.IDLE, RefreshState.REFUSED):
                return
            self._with_lease(row, _Wish(sweeping=True, margin=timedelta(0)))

    def connect(self, tokens: NbTokens, app: str | None = None, *, patience: timedelta = PATIENCE) -> None:
        """Store the pair of a nation that was just connected with `app` (`nat.connections.apps`).

        Also undoes `nb_needs_reauth`. Raises `NationBuilderDown` while a refresh is under way for longer than
        `patience`, and what boto3 raises when the pair could not be stored anywhere.
        """
        slug = tokens.nation_slug
        with self._waited_lease(slug, patience) as row:
            generation = row.generation + 1
            self._vault.store_nb_tokens(tokens, write_id=_write_id(generation, tokens))
            self._status.connected(slug, tokens.expires_at, app=app)
            self._rows.finish(row, generation=generation)

    def adopt(self, tokens: NbTokens, app: str | None) -> bool:
        """Store the first pair of a nation, which comes from elsewhere; False if it has or had another one.

        With the lease, and never over a pair that was refreshed since, so it may be repeated after a crash.
        Raises `NationBuilderDown` as `connect` does, and what boto3 raises.
        """
        slug = tokens.nation_slug
        with self._waited_lease(slug, PATIENCE) as row:
            try:
                kept = self._read(slug)
            except Reconnect:
                if row.generation:
                    return False  # somebody has connected and disconnected it meanwhile
                kept = None
            if kept is not None and fingerprint(kept.refresh_token) != fingerprint(tokens.refresh_token):
                return False
            generation = max(row.generation, 1)
            if kept is None:
                self._vault.store_nb_tokens(tokens, write_id=_write_id(generation, tokens))
            self._status.connected(slug, tokens.expires_at, app=app)
            self._rows.finish(row, generation=generation)
            return True

    def disconnect(self, nation_slug: NationSlug, *, patience: timedelta = PATIENCE) -> NbTokens | None:
        """Forget a nation's pair; gives it, so that it can be revoked, or None if there was none.

        With the lease, so no refresh that is under way brings a pair back. Raises `NationBuilderDown` as
        `connect` does, and what boto3 raises.
        """
        with self._waited_lease(nation_slug, patience) as row:
            try:
                tokens = self._read(nation_slug)
            except Reconnect:
                tokens = None
            self._vault.remove(nation_slug)
            self._status.disconnected(nation_slug)
            self._rows.finish(row)
            return tokens

    @contextmanager
    def _waited_lease(self, nation_slug: NationSlug, patience: timedelta) -> Iterator[RefreshRow]:
        """The nation's lease, waited for. Raises `NationBuilderDown`."""
        with self._gates.passing(nation_slug):
            deadline = self._now() + patience
            while True:
                with self._lease(nation_slug) as row:
                    if row is not None:
                        yield row
                        return
                if self._now() > deadline:
                    raise NationBuilderDown
                self._pause()

    def lost(self, nation_slug: NationSlug, reason: str) -> None:
        """NationBuilder refuses good tokens for good: mark the nation."""
        if self._status.needs_reauth(nation_slug, reason):
            _log.warning("nation needs to be connected anew", extra={"nation": nation_slug, "reason": reason})

    def _among_processes(self, nation_slug: NationSlug, wish: _Wish) -> NbTokens:
        """The same, with other processes after the same nation."""
        deadline = self._now() + PATIENCE
        while True:
            with self._lease(nation_slug) as row:
                if row is not None:
                    return self._with_lease(row, wish)
            tokens = self._read(nation_slug)
            if wish.granted_by(tokens, self._now()):
                return tokens
            if tokens.usable(self._now(), wish.refused):
                return tokens  # good for some minutes yet, while the other process gets the next one
            if self._now() > deadline:
                raise NationBuilderDown
            self._pause()

    @contextmanager
    def _lease(self, nation_slug: NationSlug) -> Iterator[RefreshRow | None]:
        """The nation's lease for this thread, or None while another process has it."""
        row = self._rows.lease(nation_slug, _thread(), self._now())
        try:
            yield row
        finally:
            if row is not None:
                try:
                    self._rows.release(nation_slug, _thread())
                except _AWS as error:  # it ends by itself
                    _log.warning("lease not released", extra={"nation": nation_slug, "error": _name(error)})

    def _with_lease(self, row: RefreshRow, wish: _Wish) -> NbTokens:
        slug, now = row.nation_slug, self._now()
        if row.state is RefreshState.RECEIVED:
            return self._keep_received(row)
        tokens = self._read(slug)
        same = fingerprint(tokens.refresh_token) == row.fingerprint
        if row.state is RefreshState.SENT and not same:
            # The vault has a pair that was stored after the request: nothing is lost.
            self._finish(row, tokens)
        elif row.state is RefreshState.SENT:
            return self._try_again(row, tokens, wish)
        elif row.state is RefreshState.REFUSED and same:
            self.lost(slug, "invalid_grant")
            return _if_usable(tokens, now, wish, Reconnect())
        if wish.granted_by(tokens, now):
            return tokens
        return self._refresh(row, tokens, wish, tries=1)

    def _try_again(self, row: RefreshRow, tokens: NbTokens, wish: _Wish) -> NbTokens:
        """A refresh token that was sent, and nobody knows what became of it."""
        now = self._now()
        usable = tokens.usable(now, wish.refused)
        waiting = row.due_at is not None and row.due_at > now
        if waiting and usable:
            return tokens
        if waiting and row.tries > 1 and not wish.sweeping:
            raise Reconnect  # tried twice and marked; the sweep goes on trying
        return self._refresh(row, tokens, wish, tries=row.tries + 1)

    def _refresh(self, row: RefreshRow, tokens: NbTokens, wish: _Wish, *, tries: int) -> NbTokens:
        slug = row.nation_slug
        if not tokens.refresh_token:
            self.lost(slug, "no_refresh_token")
            return _if_usable(tokens, self._now(), wish, Reconnect())
        try:
            app = self._apps.credentials(slug, self._status.app_of(slug))
            self._vault.prove_writable(slug)
            sent = self._rows.send(row, _thread(), fingerprint(tokens.refresh_token), tries, self._now())
        except AppUnknown as unknown:
            return _if_usable(tokens, self._now(), wish, unknown)
        except _AWS as error:
            # Nothing was sent: the refresh token is as good as before.
            _log.error("tokens cannot be stored", extra={"nation": slug, "error": _name(error)})
            return _if_usable(tokens, self._now(), wish, NationBuilderDown())
        if sent is None:  # the lease was lost meanwhile
            return _if_usable(tokens, self._now(), wish, NationBuilderDown())
        try:
            fresh = self._endpoint.refresh(tokens, app)
        except GrantRefused:
            return self._refused(sent, tokens, wish)
        except RequestRefused as refusal:
            _log.error("refresh not accepted", extra={"nation": slug, "code": refusal.code})
            self._apps.forget()
            self._rows.finish(sent)
            return _if_usable(tokens, self._now(), wish, NationBuilderDown())
        except AnswerUnclear:
            return self._unclear(sent, tokens, wish)
        return self._keep(sent, fresh)

    def _keep(self, row: RefreshRow, fresh: NbTokens) -> NbTokens:
        """Make a new pair durable, then known. Until then it lies in this process only."""
        slug = row.nation_slug
        for pause in STORING.pauses():
            in_row = in_vault = False
            try:
                if not self._rows.receive(row, self._seal.close(slug, to_json(fresh))):
                    return self._read(slug)  # another process has a later pair
                in_row = True
            except _AWS as error:
                _log.error("new tokens not in their row", extra={"nation": slug, "error": _name(error)})
            try:
                self._vault.store_nb_tokens(fresh, write_id=_write_id(row.generation, fresh))
                in_vault = True
            except _AWS as error:
                _log.error("new tokens not in the vault", extra={"nation": slug, "error": _name(error)})
            if in_vault:
                self._finish(row, fresh)
            if in_vault or in_row:
                return fresh
            if pause is not None:
                self._sleep(pause)
        _log.critical("new tokens could not be stored", extra={"nation": slug})
        raise NationBuilderDown

    def _keep_received(self, row: RefreshRow) -> NbTokens:
        """Put a pair that lies sealed in the row into the vault."""
        slug = row.nation_slug
        try:
            fresh = from_json(self._seal.open(slug, row.sealed), slug)
        except (SealBroken, PairUnreadable):
            _log.critical("sealed tokens do not open", extra={"nation": slug})
            self.lost(slug, "tokens_unreadable")
            raise Reconnect from None
        self._vault.store_nb_tokens(fresh, write_id=_write_id(row.generation, fresh))
        self._finish(row, fresh)
        return fresh

    def _finish(self, row: RefreshRow, tokens: NbTokens) -> None:
        """Tell the record and close the row. The pair is durable: what fails here is done by the sweep."""
        try:
            self._status.connected(row.nation_slug, tokens.expires_at)
            self._rows.finish(row)
        except _AWS as error:
            _log.warning("refresh not closed", extra={"nation": row.nation_slug, "error": _name(error)})

    def _refused(self, row: RefreshRow, tokens: NbTokens, wish: _Wish) -> NbTokens:
        slug = row.nation_slug
        stored = self._read(slug)
        if fingerprint(stored.refresh_token) != row.fingerprint:  # somebody connected it anew meanwhile
            self._finish(row, stored)
            return _if_usable(stored, self._now(), wish, NationBuilderDown())
        self.lost(slug, "invalid_grant")
        if not self._rows.refuse(row):
            latest = self._rows.get(slug)
            if latest.state is RefreshState.RECEIVED:
                return self._keep_received(latest)
        return _if_usable(tokens, self._now(), wish, Reconnect())

    def _unclear(self, row: RefreshRow, tokens: NbTokens, wish: _Wish) -> NbTokens:
        now = self._now()
        _log.warning("no clear answer to a refresh", extra={"nation": row.nation_slug, "tries": row.tries})
        if row.tries >= GIVE_UP_TRIES:
            self.lost(row.nation_slug, "no_answer")
            self._rows.refuse(row)
            return _if_usable(tokens, now, wish, Reconnect())
        if tokens.usable(now, wish.refused):
            self._rows.postpone(row, now + timedelta(seconds=POSTPONING.pause(row.tries - 1)))
            return tokens
        if row.tries == 1:
            self._rows.postpone(row, now)
            raise NationBuilderDown
        self.lost(row.nation_slug, "no_answer")
        self._rows.postpone(row, now + timedelta(seconds=POSTPONING.pause(row.tries - 1)))
        raise Reconnect

    def _read(self, nation_slug: NationSlug) -> NbTokens:
        self._vault.forget(nation_slug)
        return self._vault.get_nb_tokens_by_nation(nation_slug)

    def _pause(self) -> None:
        self._sleep(POLLING.pause(0))


def _if_usable(tokens: NbTokens, now: datetime, wish: _Wish, otherwise: Exception) -> NbTokens:
    """The old pair, while its access token lives. Raises `otherwise`."""
    if tokens.usable(now, wish.refused):
        return tokens
    raise otherwise


def _write_id(generation: int, tokens: NbTokens) -> str:
    """Names one write of one pair: the same for its repetitions, greater for every later pair."""
    return f"{generation:010d}-{fingerprint(tokens.refresh_token)[:40]}"


def _thread() -> str:
    return str(threading.get_ident())


def _name(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
