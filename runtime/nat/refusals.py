"""Why something that a person asked for, decided or entered is refused, by key, in English.

`refused.` is what any client can meet, `form.` only whoever fills in a form of the web app. What tells a
program which parameter is wrong has no key: people never see it.
"""

from collections.abc import Mapping
from typing import Final

REFUSALS: Final[Mapping[str, str]] = {
    "refused.automation_closed": "The automation “{automation}” is {status}: it takes nobody any more.",
    "refused.nothing_to_change": "There is nothing to change.",
    "refused.contact_method": "A contact needs a method.",
    "refused.payment_type": "NationBuilder knows no payment type “{name}”. Usual are: {types}.",
    "refused.no_email": "{name} has no email address, so no receipt can be sent.",
    "refused.donation_amount": (
        "Not done: donation {donation} is of {actual}, not of {given}. Look again, and ask the person "
        "which one they mean."
    ),
    "refused.event_zone": "An event needs a time zone; it cannot be cleared.",
    "refused.event_no_page": "This event has no page, and so no name, slug or status.",
    "refused.time_zone": "“{zone}” is no time zone. Write it like America/New_York.",
    "refused.unknown_zone": (
        "NationBuilder knows no time zone like {zone}. Ask for another one, such as Europe/London or "
        "Eastern Time (US & Canada)."
    ),
    "refused.no_site": "This nation has no website, and an event needs a page on one.",
    "refused.which_site": "There are several sites: {sites}. Ask on which the event should be.",
    "refused.page_slug": "There is a page with the slug {slug} already.",
    "refused.event_needs": "An event needs this and cannot be without it: {field}.",
    "refused.no_such_site": "There is no site with id {site}. There are: {sites}.",
    "refused.new_person_needs": "NationBuilder does not know this person yet: a new one needs {fields}.",
    "refused.email_of_several": "Several people have this email address: {people}. Ask who is meant.",
    "refused.list_there": (
        "There is a list “{list}” (id {id}) already. Use it, or give the new one another name."
    ),
    "refused.list_slug": "There is a list with the slug {slug} already.",
    "refused.membership_there": (
        "This person has this membership already (id {id}). Extend or change that one instead."
    ),
    "refused.membership_tells": (
        "NationBuilder writes to members only when a membership becomes expired or enters its grace period."
    ),
    "refused.membership_ends": "The membership began on {started}; it cannot end on {expires}.",
    "refused.in_future": "{what} would be {moment}, which is in the future. Ask the person for the date.",
    "refused.time_of_day": (
        "{what} needs a day and a time of day, such as 2026-12-05T18:00. Ask for the time."
    ),
    "refused.skipped_time": "“{text}” does not exist there: the clocks are put forward. Ask for the time.",
    "refused.no_time": "“{text}” is no time. Write it like 2026-12-05T18:00.",
    "refused.no_date": "{what}: “{text}” is no time. Write a date such as 2026-11-20, or a date-time.",
    "refused.several_fit": "Several fit “{given}”: {names}. Ask which one is meant.",
    "refused.journey_over": (
        "This journey is {status}. Reactivate it first, if that is what the person wants."
    ),
    "refused.journey_reason": "Only completing and abandoning a journey take a reason.",
    "refused.on_path_before": (
        "This person was on the path before: journey {journey} is {status}. Reactivate it, if that is "
        "what is meant."
    ),
    "refused.on_path": "This person is on the path already (journey {journey}). Change that journey instead.",
    "refused.person_needs": "A person needs a name, an email address or a phone number.",
    "refused.connected_person": "Not done: this is the person who connected NationBuilder.",
    "refused.fields": "{problems}. Fields: {fields}.",
    "refused.no_fields": "There is nothing to change. Fields: {fields}.",
    "refused.field_fixed": "{field} cannot be changed here",
    "refused.field_wants": "{field}: {wanted}",
    "refused.want_text": "a text of at most {most|# character|# characters}",
    "refused.want_flag": "true or false",
    "refused.want_number": "a whole number from {least} to {most}, or null",
    "refused.want_place": "1, 2, 3 or 4",
    "refused.want_person": "the id of a person, or null",
    "refused.want_date": "a date such as 1990-08-06, or null",
    "refused.want_email": "an email address, or null",
    "refused.want_sex": "M, F, O or null",
    "refused.want_some_text": "something must stand here",
    "refused.want_at_least": "at least {least}",
    "refused.want_at_most": "at most {most}",
    "refused.want_day": "a date such as 2026-11-20",
    "refused.want_slug": "1 to 60 small letters, digits and underscores",
    "refused.want_amount": "an amount such as 250.00",
    "refused.misfit": "{field} does not fit",
    "refused.no_channel": (
        "This is no channel of Slack. Draft it for the person; a channel is chosen on the page."
    ),
    "refused.no_person": "NationBuilder has no person with id {person}.",
    "refused.no_custom_field": "There is no custom field “{field}” here. There are: {fields}.",
    "refused.other_name": (
        "Not done: what has this id is called “{actual}”, not “{given}”. Look again, and ask the person "
        "which one they mean."
    ),
    "refused.other_number": "Not done: {what} is {actual}, not {given}. Tell the person, and ask again.",
    "refused.same_record": "A relationship needs two different records.",
    "refused.attended_cancelled": "Somebody cannot have attended and cancelled.",
    "refused.rsvp_nothing": "There is nothing to change: give attended, cancelled, guests or volunteer.",
    "refused.too_many_rsvps": (
        "This event has more than {rsvps|# RSVP|# RSVPs}, too many to look through for one person. Do "
        "this in the control panel."
    ),
    "refused.other_rsvp": "RSVP {rsvp} is another person's or for another event. Look again.",
    "refused.choice": "This question is answered by one of its choices: {choices}.",
    "refused.free_answer": "This question is answered in words: give text.",
    "refused.tag_name": "The name of a tag has at most {most|# character|# characters}.",
    "refused.tag_there": (
        "There is a tag “{tag}” (id {id}) already, and NationBuilder cannot merge tags: tag its people "
        "with one of the two, then delete the other."
    ),
    "refused.list_changed": "The list changed while it was read. Try again.",
    "refused.everyone": "The search has no criteria: that would be everyone.",
    "refused.nobody": "Nobody fits: {criteria}.",
    "refused.people_changed": "The people changed while they were read. Try again.",
    "refused.too_many": (
        "That is {people|# person|# people}; one change takes at most {most}. Narrow it down, or do it in"
        " parts."
    ),
    "refused.no_value": "Change at least one value.",
    "refused.value": "This value does not fit: {field}.",
    "refused.one_of": "This value does not fit: {field}. It is one of {choices}.",
    "refused.no_such_record": "This change has no such record.",
    "refused.not_undoable": "One of these records cannot be taken back.",
    "refused.choose": "Choose at least one record, and only records of this proposal.",
    "refused.values": "These values do not fit: {why}.",
    "refused.unicode": "The message holds characters that cannot be sent.",
    "refused.no_answer": "This question has no answer yet.",
    "refused.feedback": "Give a thumb, a comment, or both.",
    "refused.comment": "A comment has at most {most|# character|# characters}.",
    "refused.title": "A title has 1 to {most|# character|# characters}.",
    "refused.search": (
        "Search for 1 to {words|# word|# words}, at most {most|# character|# characters} in all."
    ),
    "refused.no_id": "That is not the id of a record: ids are numbers.",
    "refused.no_slug": "That is not the slug of a nation.",
    "refused.period": "Unknown period. Known are: {periods}.",
    "refused.open_period": "Only a period with a start and an end can be compared with an earlier one.",
    "refused.nothing_before": "Before a period as long as this one there is none to compare it with.",
    "refused.no_moment": (
        "“{text}” is no time. Write a date such as 2026-11-20, a date-time with offset, or one of: {periods}."
    ),
    "refused.policy": "This nation's policy does not allow this. Ask an admin.",
    "refused.area": (
        "Your own NationBuilder account may not see {areas}, so it is not shown to you or changed for you"
        " here either. Another admin of your nation can open it to you."
    ),
    "refused.being_worked_in": "This conversation is still being worked in. Stop that first, then delete it.",
    "refused.elsewhere": "This is answered under the address of the web app only.",
    "refused.other_session": "The session belongs to another person. Sign in again.",
    "refused.retried": "Somebody else had this tried again at the same moment.",
    "refused.nothing_to_retry": "There is nothing to try again here.",
    "refused.other_decision": "This belongs to another decision. Load the page again.",
    "refused.other_conversation": "This belongs to another conversation. Load the page again.",
    "refused.others_question": "This question belongs to another person.",
    "refused.others_conversation": "This conversation belongs to another person.",
    "refused.voided": (
        "This journey was voided, and a voided journey does not come back. Start a new one, if that is meant."
    ),
    "refused.an_event": "An event",
    "refused.gift_date": "The date of the gift",
    "refused.people_tagged": "the number of people tagged “{tag}”",
    "refused.many_decisions": "You have decided a lot within a minute. Please wait a moment.",
    "refused.many_exports": "You have asked for many files within a minute. Please wait a moment.",
    "refused.many_streams": "You have opened many streams within a minute. Please wait a moment.",
    "refused.own_key_limit": (
        "Your nation's own Anthropic key has reached the usage limit that its account set. An admin can "
        "raise the limit in the Anthropic Console, or replace or remove the key in the settings. Your "
        "question was not counted."
    ),
    "refused.own_key_no_model": (
        "The account of your nation's own Anthropic key has no access to the model that is used here "
        "({model}). An admin can replace or remove the key in the settings. Your question was not counted."
    ),
    "refused.own_key_busy": (
        "Your nation's own Anthropic key is used more often than its account allows. Your question was not "
        "counted; please try again in a minute."
    ),
    "form.no_delivery": "Say where the answer goes: by email, or to Slack.",
    "form.deliveries": "An answer goes to at most {most|# place|# places}.",
    "form.no_recipient": "Say to whom it is delivered.",
    "form.automations": "A nation has at most {most|# automation|# automations}. Delete one first.",
    "form.delivery": "An answer is delivered by email or to Slack.",
    "form.empty": "The {what} is empty.",
    "form.too_long": "The {what} has at most {most|# character|# characters}.",
    "form.time": "The time is one such as 09:00.",
    "form.time_range": "The time lies between 00:00 and 23:59.",
    "form.weekdays": "A weekly automation needs weekdays, such as MON.",
    "form.month_day": "A monthly automation needs a day from 1 to 28, or “last”.",
    "form.short_months": (
        "Not every month has a day {day}. Take a day from 1 to 28, or “last” for the last of the month."
    ),
    "form.only_weekly": "Only a weekly automation has weekdays.",
    "form.only_monthly": "Only a monthly automation has a day of the month.",
    "form.rhythm": (
        "An automation runs daily, weekly or monthly. For every second week, every 90 minutes or holidays"
        " there is no schedule: take the nearest of these, and let the question itself say what to leave "
        "out."
    ),
    "form.zone": "There is no time zone “{zone}”. Name one such as Europe/Berlin.",
    "form.slack_workspace": "Answers are posted in Slack workspaces of the nation only.",
    "form.members_only": "Answers go to members of the nation only.",
    "form.address_refuses": "Emails to this address come back, so none are sent to it. Use another address.",
    "form.subject": "The subject of an email is one line.",
    "form.member_already": "You belong to this nation already.",
    "form.settings_busy": "Somebody else is changing the settings. Look at them and try again.",
    "form.address": "This is not the address of a nation: it is the part before nationbuilder.com.",
    "form.not_member": "{person} is not a member of this nation.",
    "form.link_uses": "A link lets 1 to {most|# person|# people} in.",
    "form.invitations": "A nation may invite {most|# time|# times} a day.",
    "form.span": "The first day is not after the last, and at most {most|# day|# days} before it.",
    "form.report_too_large": "There is too much for one file. Ask for fewer days.",
    "form.lift": "Another admin has to lift what NationBuilder refuses you.",
    "form.owner_joins": "Nobody joins as the owner; the ownership is transferred.",
    "form.owner_let_in": "Nobody is let in as the owner; the ownership is transferred to a member.",
    "form.owner_becomes": "Somebody becomes the owner when the owner transfers the ownership to them.",
    "form.owner_invited": "Nobody is invited as the owner; the ownership is transferred to a member.",
    "form.owner_already": "You own this nation already.",
    "form.owns": "You own {nations}. Hand the ownership over, or delete the nation, first.",
    "form.plan_already": "The nation has this plan already.",
    "form.plan_not_sold": "The plan {plan} cannot be bought at the moment.",
    "form.no_checkout": "The payment page could not be made. Please try again.",
    "form.slack_denied": "Slack was not allowed to add the app, so nothing was changed.",
    "form.slack_silent": "Slack does not answer. Please try again.",
    "form.question": "question",
    "form.email": "This is not an email address that can be written to.",
    "form.key_unproven": (
        "The key could not be tried out, because Anthropic does not answer properly at the moment. "
        "Nothing was stored; please try again in a minute."
    ),
    "form.key_refused": "Anthropic does not accept this key. Copy it again from the Anthropic Console.",
    "form.key_no_credit": (
        "The account of this key has no credit. Add some in the Anthropic Console, then try again."
    ),
    "form.key_limit": (
        "This key is good, but has reached the usage limit that its account set. Raise it in the "
        "Anthropic Console, or wait until it begins anew, then try again."
    ),
    "form.key_no_model": "The account of this key has no access to the model that is used here ({model}).",
    "form.key_on_bedrock": "Claude runs on Amazon Bedrock here, so a key of your own cannot be used.",
    "form.no_key": "This is not an Anthropic API key. Such a key begins with `sk-ant-`.",
    "form.run_owner_left": "The person who made it does not belong to the nation any more, or may not ask.",
    "form.run_subscription": "The nation has no active subscription.",
    "form.run_connection": "NationBuilder is not connected, or has to be connected anew.",
    "form.run_limit": "The nation's queries, or the share of the person who made it, are used up.",
    "form.run_paused": "It was deleted.",
    "form.run_not_asked": "It was not asked.",
}
"""English by key, see `nat.wording`."""
