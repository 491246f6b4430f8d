"""List actions, which are asynchronous: a token now, the effect a little later (API facts, §9)."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.nationbuilder.errors import bad_request, not_found
from local.nationbuilder.rules.tags import find_tag, put_tag
from local.nationbuilder.store import Job, Nation
from local.nationbuilder.writes import Writer

MAX_IDS: Final = 10_000
ACTIONS: Final = ("add_signups", "remove_signups", "tag", "untag")


def start(
    nation: Nation, action: str, list_id: str, document: Mapping[str, Any], now: datetime, delay: float
) -> Job:
    """Queue a list action. Raises `Flat` 404 and 400."""
    if nation["lists"].get(list_id) is None:
        raise not_found()
    data = document.get("data")
    if not isinstance(data, Mapping) or data.get("type") != "lists" or str(data.get("id")) != list_id:
        raise bad_request("The document needs data with the type lists and the id of the path")
    argument: Any
    if action in ("add_signups", "remove_signups"):
        ids = data.get("signup_ids")
        if not isinstance(ids, list) or not ids:
            raise bad_request("signup_ids is missing")
        if len(ids) > MAX_IDS:
            raise bad_request(f"A maximum of {MAX_IDS} signup ids are allowed")
        argument = [str(each) for each in ids]
    else:
        argument = data.get("tag")
        if not isinstance(argument, str) or not argument.strip():
            raise bad_request("tag is missing")
    job = Job(secrets.token_hex(12), now + timedelta(seconds=delay), action, list_id, argument)
    nation.jobs[job.token] = job
    return job


def settle(nation: Nation, now: datetime) -> None:
    """Carry out every action whose time has come, in order."""
    due = [job for job in nation.jobs.values() if job.finished is None and job.due <= now]
    for job in sorted(due, key=lambda each: each.due):
        with nation.transaction():
            _carry_out(nation, job)
        job.finished = job.due
        job.message = f"Completed at {job.due.astimezone(UTC):%Y-%m-%d %H:%M:%S} +0000"


def status(nation: Nation, token: str) -> dict[str, Any]:
    """The flat object of `GET /async_processes/{token}`. Raises `Flat` 404."""
    job = nation.jobs.get(token)
    if job is None:
        raise not_found()
    if job.finished is None:
        return {"id": token, "status": "pending", "message": None}
    return {"id": token, "status": "completed", "message": job.message}


def _carry_out(nation: Nation, job: Job) -> None:
    members = nation.list_members.get(job.list_id)
    if members is None:
        return
    writer = Writer(nation, job.due, None)
    match job.action:
        case "add_signups":
            known = nation["signups"].rows
            members |= {each: None for each in job.argument if each in known}
        case "remove_signups":
            for each in job.argument:
                members.pop(each, None)
        case "tag":
            put_tag(nation, writer, job.argument, members)
        case _:
            tag = find_tag(nation, job.argument) or {"id": ""}
            for row in nation["signup_taggings"].where("tag_id", tag["id"]):
                if row["signup_id"] in members:
                    writer.delete("signup_taggings", row["id"])
    nation["lists"].update(job.list_id, {"signups_count": len(members), "updated_at": nation.local(job.due)})
