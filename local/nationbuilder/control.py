"""`/_standin/…`: how tests and `make up` steer the stand-in. Nothing of this exists at NationBuilder."""

import re
from datetime import datetime
from typing import Any

from local.loopback import Steering
from local.nationbuilder import figures
from local.nationbuilder.access import PERMISSION_SETS
from local.nationbuilder.faults import Fault
from local.nationbuilder.oauth import token_answer
from local.nationbuilder.standin import StandIn
from local.nationbuilder.store import Effect, Nation, User
from local.nationbuilder.tokens import Token, fingerprint
from nat.names import SLUG_PATTERN

Values = dict[str, Any]


class Control:
    """The control endpoints."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self.steering = Steering(
            {
                ("GET", "health"): self._health,
                ("GET", "nations"): self._nations,
                ("POST", "nations"): self._alias,
                ("GET", "tokens"): self._list_tokens,
                ("POST", "tokens"): self._issue_token,
                ("POST", "revoke"): self._revoke,
                ("POST", "users"): self._set_user,
                ("POST", "settings"): self._set_settings,
                ("POST", "clock"): self._set_clock,
                ("GET", "faults"): self._faults,
                ("POST", "faults"): self._add_faults,
                ("DELETE", "faults"): self._clear_faults,
                ("GET", "effects"): self._effects,
                ("DELETE", "effects"): self._clear_effects,
                ("GET", "figures"): self._figures,
                ("POST", "reset"): self._reset,
            }
        )

    def _nation(self, values: Values) -> Nation:
        slug = values.get("nation")
        found = self._standin.nations.get(slug or "")
        if found is None:
            raise ValueError(f"nation is one of {', '.join(self._standin.nations)}.")
        return found

    def _health(self, _values: Values) -> Values:
        standin = self._standin
        return {
            "status": "ok",
            "nations": list(standin.nations),
            "now": standin.clock.now().isoformat(),
            "seed_date": standin.seed_date.isoformat(),
        }

    def _nations(self, _values: Values) -> list[Values]:
        return [
            {
                "slug": nation.slug,
                "name": nation.name,
                "time_zone": nation.time_zone,
                "records": {kind: len(table.rows) for kind, table in nation.tables.items()},
            }
            for nation in self._standin.nations.values()
        ]

    def _alias(self, values: Values) -> list[Values]:
        """`{slug, nation}`: another slug for a nation's records, until the stand-in ends."""
        nation, slug = self._nation(values), str(values["slug"])
        if not re.fullmatch(SLUG_PATTERN, slug):
            raise ValueError("slug is not the slug of a nation.")
        self._standin.nations.setdefault(slug, nation)
        return self._nations({})

    def _issue_token(self, values: Values) -> Values:
        """`{nation, user?, seconds?, refreshable?, client_id?}`; by default for the nation's first user."""
        nation = self._nation(values)
        user_id = str(values.get("user") or next(iter(nation.users)))
        if nation["signups"].get(user_id) is None:
            raise ValueError(f"There is no signup {user_id} in {nation.slug}.")
        token = self._standin.tokens.issue(
            nation.slug,
            user_id,
            str(values.get("client_id", "nat-local")),
            seconds=values.get("seconds"),
            refreshable=bool(values.get("refreshable", True)),
        )
        return {**token_answer(token), "nation": nation.slug, **_life(token)}

    def _list_tokens(self, values: Values) -> list[Values]:
        wanted = values.get("nation")
        return [
            {"fingerprint": fingerprint(token.access_token), "nation": token.nation, **_life(token)}
            for token in self._standin.tokens.by_access.values()
            if wanted in (None, token.nation)
        ]

    def _revoke(self, values: Values) -> Values:
        """`{nation, user?}`: what happens when a person removes the app in NationBuilder."""
        nation, user = self._nation(values), values.get("user")
        return {"revoked": self._standin.tokens.revoke_all(nation.slug, None if user is None else str(user))}

    def _set_user(self, values: Values) -> Values:
        """`{nation, user, permission_set?, lost_access?}`."""
        nation, user_id = self._nation(values), str(values["user"])
        if nation["signups"].get(user_id) is None:
            raise ValueError(f"There is no signup {user_id} in {nation.slug}.")
        chosen = values.get("permission_set", "admin")
        if chosen not in PERMISSION_SETS:
            raise ValueError(f"permission_set is one of {', '.join(PERMISSION_SETS)}.")
        with nation.lock, nation.transaction():
            nation.users[user_id] = User(user_id, chosen, bool(values.get("lost_access", False)))
            nation["signups"].update(user_id, {"is_cpu": not nation.users[user_id].lost_access})
        return vars(nation.users[user_id])

    def _set_settings(self, values: Values) -> Values:
        self._standin.settings.change(values)
        return dict(vars(self._standin.settings))

    def _set_clock(self, values: Values) -> Values:
        """`{advance_seconds}` moves on from where the clock is."""
        self._standin.clock.advance(float(values["advance_seconds"]))
        return {"now": self._standin.clock.now().isoformat()}

    def _faults(self, _values: Values) -> list[Values]:
        return [vars(fault) for fault in self._standin.faults.waiting]

    def _add_faults(self, values: Values) -> list[Values]:
        """One fault, or `{"faults": [ … ]}`."""
        for each in values.get("faults", [values]):
            self._standin.faults.add(Fault.from_json(each))
        return self._faults({})

    def _clear_faults(self, _values: Values) -> list[Values]:
        self._standin.faults.clear()
        return []

    def _effects(self, values: Values) -> list[Values]:
        return [as_json(effect) for effect in self._nation(values).effects]

    def _clear_effects(self, values: Values) -> list[Values]:
        nation = self._nation(values)
        with nation.lock, nation.transaction():
            nation.effects.clear()
        return []

    def _figures(self, values: Values) -> Values:
        """`?nation=…[&now=ISO][&zone=Area/City]`: the true figures of the moment."""
        nation = self._nation(values)
        now = datetime.fromisoformat(values["now"]) if "now" in values else self._standin.clock.now()
        with nation.lock:
            return figures.summary(nation, now, values.get("zone"))

    def _reset(self, values: Values) -> Values:
        """`{seed_date?}`: seed anew."""
        given = values.get("seed_date")
        date = None if given is None else datetime.fromisoformat(given)
        if date is not None and date.tzinfo is None:
            raise ValueError("seed_date has no offset.")
        self._standin.reset(date)
        return self._health({})


def as_json(effect: Effect) -> Values:
    """An effect as the control endpoint shows it."""
    return {**vars(effect), "at": effect.at.isoformat()}


def _life(token: Token) -> Values:
    return {
        "user": token.user_id,
        "client_id": token.client_id,
        "expires_at": token.expires_at.isoformat(),
        "revoked": token.revoked,
        "refresh_spent": token.spent,
    }
