"""Who and which."""

from datetime import UTC, datetime
from typing import Final

from benchmarks.evaluation.checks import asks_back, mentions, not_asked, says, unchanged, used
from benchmarks.evaluation.seeded import name, plain
from benchmarks.evaluation.seeded import says as asks
from benchmarks.evaluation.task import Task, task
from local.nationbuilder import figures
from local.nationbuilder.store import Nation

QUIET: Final = (unchanged, not_asked)


def _joined(nation: Nation) -> int:
    now = datetime.now(UTC)
    return len(figures.joined_between(nation, figures.week_of(now, nation.zone)[0], now))


TASKS: Final[tuple[Task, ...]] = (
    task("by-name", asks("Find {0}"), checks=(mentions(name()), *QUIET)),
    task("by-name-in-passing", asks("do we have {0}?", 3), checks=(mentions(name(3)), *QUIET)),
    task(
        "by-email",
        lambda n: f"Who has the email {plain(n, 2)['email']}?",
        checks=(mentions(name(2)), *QUIET),
    ),
    task(
        "tags-of-a-person",
        asks("Which tags does {0} have?", 4),
        checks=(used("get_person_tags", "get_person", "get_person_timeline"), *QUIET),
    ),
    task(
        "history-of-a-person",
        asks("What has happened with {0} so far?", 5),
        checks=(used("get_person_timeline"), mentions(name(5)), *QUIET),
    ),
    task(
        "open-page",
        "Tell me about this person",
        checks=(mentions(name(6)), *QUIET),
        opened=lambda n: ("person", str(plain(n, 6)["id"])),
    ),
    task(
        "two-john-smiths",
        "Show me John Smith",
        checks=(mentions("John Smith"), *QUIET),
    ),
    task(
        "nobody",
        "Find Xaverius Quellington-Zzyx",
        checks=(used("search_people"), *QUIET),
    ),
    task("lists", "Which lists do we have?", checks=(mentions("Phone bank", "Board"), *QUIET)),
    task("paths", "What paths are there?", checks=(mentions("Become a donor"), *QUIET)),
    task("membership-types", "Which kinds of membership do we offer?", checks=(mentions("Student"), *QUIET)),
    task("surveys", "Which surveys do we run?", checks=(mentions("Volunteer intake"), *QUIET)),
    task("automations", "What automations are set up?", checks=(mentions("Welcome series"), *QUIET)),
    task("who-am-i", "Who am I connected as?", checks=(used("get_current_user"), *QUIET)),
    task(
        "follow-up",
        "How many people are on the list Board?",
        "and who are they?",
        checks=(used("list_list_members"), *QUIET),
    ),
    task("vague", "find him", checks=(asks_back, *QUIET)),
    task(
        "rsvps",
        "Who is coming to our next event?",
        checks=(used("list_event_rsvps"), *QUIET),
    ),
    task(
        "newest",
        "How many people joined this week?",
        checks=(used("search_people"), says(_joined), *QUIET),
    ),
)
