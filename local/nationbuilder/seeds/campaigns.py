"""Seeded paths with journeys, surveys with answers, automations, mailings, imports, voter file."""

from collections.abc import Mapping, Sequence

from local.nationbuilder.rules.change import slug_of
from local.nationbuilder.rules.membership import refresh_enrollments
from local.nationbuilder.rules.paths import note, steps_of
from local.nationbuilder.seeds import hostile, words
from local.nationbuilder.seeds.sower import Sower


def add_paths(sower: Sower, paths: Mapping[str, Sequence[str]], journeys: int) -> None:
    """Paths with their steps, reasons for ending, and journeys: active, overdue, completed, abandoned."""
    rng, nation = sower.rng, sower.nation
    staff = list(nation.users)
    for name, steps in paths.items():
        path_id = sower.add(
            "paths",
            sower.past(900, 700),
            name=name,
            default_point_person_id=staff[0],
            due_date_is_enabled=True,
            value_amount_is_enabled=False,
            default_due_date_interval="two_week",
        )
        for position, step in enumerate(steps, start=1):
            sower.add("path_steps", sower.past(900, 700), path_id=path_id, name=step, position=position)
        reasons = {
            target: sower.add(
                "path_journey_status_changes",
                sower.past(900, 700),
                path_id=path_id,
                name="Done" if target == "completed" else "Lost interest",
                target_status=target,
            )
            for target in ("completed", "abandoned")
        }
        known = steps_of(nation, path_id)
        for index, signup_id in enumerate(rng.sample(list(nation["signups"].rows)[5:], journeys)):
            status = ("active", "active", "active", "completed", "abandoned")[index % 5]
            began = sower.past(300, 40)
            moved = sower.past(39, 1) if index % 2 else began
            journey_id = sower.add(
                "path_journeys",
                began,
                path_id=path_id,
                signup_id=signup_id,
                current_step_id=(known[-1] if status == "completed" else rng.choice(known))["id"],
                point_person_id=rng.choice(staff),
                journey_status=status,
                last_moved_at=moved,
                due_date=sower.at(rng.randint(-20, 40), 17),
                ended_at=None if status == "active" else moved,
                path_journey_status_change_id=reasons.get(status),
                description=hostile.INJECTIONS[5] if index % 40 == 3 else None,
            )
            note(nation, nation["path_journeys"].rows[journey_id], "step_change", moved, staff[0])


def add_surveys(
    sower: Sower, surveys: Mapping[str, Sequence[tuple[str, Sequence[str]]]], answers: int
) -> None:
    """Surveys by name: questions with their choices; a question without choices takes text."""
    rng, nation = sower.rng, sower.nation
    staff = list(nation.users)
    for name, questions in surveys.items():
        survey_id = sower.add("surveys", sower.past(500, 300), name=name)
        people = rng.sample(list(nation["signups"].rows)[5:], answers)
        for position, (content, choices) in enumerate(questions, start=1):
            kind = "multiple_choice" if choices else "text"
            question_id = sower.add(
                "survey_questions",
                sower.past(500, 300),
                survey_id=survey_id,
                content=content,
                slug=slug_of(content),
                question_format=kind,
                position=position,
                status="published",
                author_id=staff[0],
                published_at=sower.past(299, 250),
            )
            possible = [
                sower.add(
                    "survey_question_possible_responses",
                    sower.past(500, 300),
                    survey_question_id=question_id,
                    name=choice,
                    position=number,
                )
                for number, choice in enumerate(choices, start=1)
            ]
            for index, signup_id in enumerate(people):
                text = hostile.INJECTIONS[index % 8] if index % 25 == 4 else rng.choice(words.SURVEY_COMMENTS)
                sower.add(
                    "survey_question_responses",
                    sower.past(240),
                    signup_id=signup_id,
                    author_id=rng.choice(staff),
                    survey_question_id=question_id,
                    survey_question_possible_response_id=rng.choice(possible) if possible else None,
                    content=None if possible else text,
                    question_format=kind,
                    is_skipped=False,
                )


def add_automations(sower: Sower, names: Mapping[str, str], enrolled: int) -> None:
    """Automations by name with their status; the running ones have people in them."""
    rng, nation = sower.rng, sower.nation
    for name, status in names.items():
        automation_id = sower.add(
            "automations",
            sower.past(400, 300),
            name=name,
            status=status,
            description=hostile.INJECTIONS[6] if status == "on_hold" else f"Sends: {name}",
            paused_at=sower.past(30, 5) if status == "on_hold" else None,
        )
        if status in ("running", "on_hold"):
            for signup_id in rng.sample(list(nation["signups"].rows)[5:], enrolled):
                sower.add(
                    "automation_enrollments",
                    sower.past(250),
                    automation_id=automation_id,
                    signup_id=signup_id,
                    automation_step_number=rng.randint(0, 4),
                    next_execution=sower.at(rng.randint(1, 9), 9),
                )
        refresh_enrollments(nation, automation_id)


def add_mailings(sower: Sower, subjects: Sequence[str]) -> None:
    """Broadcasters and email blasts: sent, scheduled, drafted; one subject gives orders."""
    rng, nation = sower.rng, sower.nation
    staff, lists = list(nation.users), list(nation["lists"].rows)
    senders = [
        sower.add(
            "broadcasters",
            sower.past(900, 800),
            name=name,
            email=f"{slug_of(name)}@{nation.slug}.example",
            signup_id=staff[0],
            point_person_id=staff[0],
            mailings_count=len(subjects) // 2,
        )
        for name in (f"{nation.name} office", f"{nation.name} events")
    ]
    for index, subject in enumerate([*subjects, hostile.INJECTIONS[7], hostile.RIGHT_TO_LEFT]):
        created = sower.past(200, 20)
        sent = created if index % 4 < 2 else None
        sower.add(
            "mailings",
            created,
            name=subject[:60],
            subject=subject,
            slug=slug_of(subject),
            broadcaster_id=senders[index % 2],
            author_id=staff[0],
            custom_list_id=rng.choice(lists),
            published_at=sent,
            queued_at=sent,
            send_at=sower.at(5, 9) if index % 4 == 2 else sent,
            preheader="News from us",
            body_html=f"<p>{subject}</p>" + (hostile.HTML if index % 3 == 0 else ""),
            body_html_parsed=f"<p>{subject}</p>",
            **{"from": f"{nation.name} office"},
        )


def add_imports(sower: Sower, count: int) -> None:
    """Files that were imported; the last one with errors."""
    for index in range(count):
        began = sower.past(500, 100)
        bad = 3 if index == count - 1 else 0
        sower.add(
            "imports",
            began,
            author_id="2",
            file_name=f"people-{index + 1}.csv",
            content_head="first_name,last_name,email",
            type="People",
            status="finished",
            started_at=began,
            finished_at=began,
            lines_count=100,
            rows_successful=100 - bad,
            rows_unsuccessful=bad,
            rows_updated=40,
            error_lines="error: row 17 has no name" if bad else None,
        )


def add_voter_file(sower: Sower, voters: int, precincts: int) -> None:
    """Precincts with people in them, elections, voters and ballots; a few public profiles."""
    rng, nation = sower.rng, sower.nation
    people = list(nation["signups"].rows)[10:]
    named = [
        sower.add("precincts", name=f"Precinct {number}", code=f"P{number:03d}", point_person_id="2")
        for number in range(1, precincts + 1)
    ]
    for signup_id in rng.sample(people, len(people) // 2):
        nation["signups"].update(signup_id, {"precinct_id": rng.choice(named)})
    elections = [
        sower.add(
            "elections",
            sower.past(900, 700),
            election_at=sower.day(days),
            election_cycle=sower.day(days)[:4],
            election_period=period,
            state="NY",
            country_code="US",
            donation_maximum_in_cents=290_000,
            donation_maximum="2900.00",
        )
        for days, period in ((-400, "general"), (-60, "primary"), (120, "general"))
    ]
    for index, signup_id in enumerate(rng.sample(people, voters)):
        voter_id = sower.add(
            "voters", signup_id=signup_id, is_active_voter=True, is_early_voter=index % 4 == 0
        )
        sower.add(
            "ballots",
            voter_id=voter_id,
            election_id=elections[index % 2],
            cast_at=sower.day(-400 if index % 2 == 0 else -60),
            vote_method=("voted", "absentee", "early")[index % 3],
        )
    for signup_id in rng.sample(people, max(4, voters // 5)):
        sower.add("signup_profiles", signup_id=signup_id, bio="Neighbour and volunteer", website=None)
