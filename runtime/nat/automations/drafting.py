"""Automations that are drafted in a conversation: rows that nobody has enabled, so that nothing comes of them
until a person does, on a page of the web app."""

import hashlib
import json
from collections.abc import Mapping
from itertools import islice
from typing import Final

from ulid import ULID

from nat.agent.ports import DraftedAutomation, DraftedFor
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.schedule import AutomationSchedule
from nat.aws.store import Store
from nat.contract.events import Link
from nat.conversations.turns import Turn
from nat.errors import BadRequest
from nat.nations.web_pages import automation_page
from nat.wording import Worded

SHOWN: Final = 3
"""Next runs that are told."""


class TurnDrafts:
    """The agent's port `Drafts` for one turn. The store must be nation-scoped."""

    def __init__(self, store: Store, turn: Turn, *, app_url: str) -> None:
        self._store = store
        self._turn = turn
        self._app_url = app_url

    def draft(
        self, name: str, question: str, form: Mapping[str, object], *, to: DraftedFor = "email"
    ) -> DraftedAutomation:
        """Store a draft that is delivered to its person by email, or in Slack to them or the channel in which
        it was asked for, and by email where that does not take it. Raises `BadRequest`."""
        if to == "here" and self._turn.channel is None:
            raise BadRequest(Worded("refused.no_channel"))
        schedule = AutomationSchedule.of({"zone": self._turn.time_zone, **form})
        now = self._store.clock()
        by_email = Delivery(DeliveryKind.EMAIL, self._turn.user_id)
        place = (self._turn.channel if to == "here" else None) or self._turn.user_id
        in_slack = Delivery(DeliveryKind.SLACK, place)
        automation = Automation.new(
            nation_slug=self._turn.nation_slug,
            owner_id=self._turn.user_id,
            name=name,
            prompt=question,
            schedule=schedule,
            deliveries=(by_email if to == "email" else in_slack,),
            otherwise=None if to == "email" else by_email,
            now=now,
            task_id=self._task_id(name, question, schedule),
        )
        Automations(self._store).create(automation)
        runs = islice(schedule.runs(now), SHOWN)
        return DraftedAutomation(
            words=schedule.in_words(),
            zone=schedule.zone,
            next_runs=tuple(each.isoformat(timespec="minutes") for each in runs),
            warnings=tuple(
                f"On {day:%A} {day.day} {day:%B %Y} clocks are put forward over {schedule.hour}:"
                f"{schedule.minute:02}, so there is no run on that day."
                for day in schedule.days_without(now)
            ),
            page=Link(f"Try or enable {automation.name}", automation_page(self._app_url, automation.task_id)),
            in_channel=self._turn.channel is not None,
        )

    def _task_id(self, name: str, question: str, schedule: AutomationSchedule) -> str:
        """The same for the same draft of a turn, which may be run again after a crash."""
        seed = json.dumps([self._turn.turn_id, name, question, schedule.as_form()], sort_keys=True)
        moment = ULID.from_str(self._turn.turn_id).milliseconds
        return str(ULID(moment.to_bytes(6) + hashlib.sha256(seed.encode()).digest()[:10]))
