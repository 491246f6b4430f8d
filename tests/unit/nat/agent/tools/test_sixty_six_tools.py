"""The 66 NationBuilder tools are those of the catalogue, in name, class and whether they send something."""

import json

from nat.agent.tool import Tool
from nat.agent.tools import load
from nat.cli.catalogue import as_json, tools_of

CATALOGUE = """
people         search_people             read
people         get_person                read
people         get_person_timeline       read
people         get_current_user          read
people         create_person             write
people         update_person             write
people         bulk_update_people        bulk
people         delete_person             destructive
tags           list_tags                 read
tags           get_person_tags           read
tags           list_people_with_tag      read
tags           add_tags_to_person        write
tags           remove_tags_from_person   write
tags           bulk_tag_people           bulk
tags           rename_tag                bulk
tags           delete_tag                destructive
lists          list_lists                read
lists          get_list                  read
lists          list_list_members         read
lists          create_list               write
lists          add_people_to_list        bulk
lists          remove_people_from_list   bulk
lists          tag_list_members          bulk
lists          untag_list_members        bulk
lists          delete_list               destructive
lists          get_batch_status          read
contacts       log_contact               write
contacts       list_contacts             read
contacts       update_contact            write
contacts       delete_contact            destructive
money          list_donations            read
money          get_donation              read
money          summarize_donations       read
money          record_donation           write        ✉
money          update_donation           write
money          delete_donation           destructive
money          list_tracking_codes       read
money          list_pledges              read
events         list_events               read
events         get_event                 read
events         create_event              write        ✉
events         update_event              write
events         delete_event              destructive
events         list_event_rsvps          read
events         add_event_rsvp            write        ✉
events         update_event_rsvp         write
paths          list_paths                read
paths          list_path_journeys        read
paths          start_path_journey        write
paths          update_path_journey       write
paths          set_path_journey_status   write
memberships    list_membership_types     read
memberships    list_memberships          read
memberships    create_membership         write        ✉
memberships    update_membership         write        ✉
automations    list_automations          read
automations    enroll_in_automation      write        ✉
surveys        list_surveys              read
surveys        record_survey_response    write
petitions      list_petitions            read
petitions      list_petition_signatures  read
relationships  list_relationships        read
relationships  create_relationship       write
lookups        list_mailings             read
lookups        list_pages                read
lookups        list_custom_fields        read
"""
"""Group, name and class of each, in the order of the catalogue; ✉ can send a supporter a message."""

OWN_GROUP = "nat"
"""Nat's own tools, which are not NationBuilder's."""


def row(tool: Tool) -> tuple[str, ...]:
    """A tool as the catalogue has it."""
    return (tool.group, tool.name, tool.effect.value, *(["✉"] if tool.sends else []))


def tools() -> dict[str, Tool]:
    """The tools on NationBuilder."""
    return {name: each for name, each in load().items() if each.group != OWN_GROUP}


def test_the_tools_are_those_of_the_catalogue_in_name_group_class_and_what_they_send() -> None:
    wanted = {tuple(line.split()) for line in CATALOGUE.strip().splitlines()}

    assert len(wanted) == 66
    assert {row(each) for each in tools().values()} >= wanted


def test_the_command_lists_just_these_as_nationbuilders() -> None:
    listed = [each for each in json.loads(as_json(tools_of(None))) if each["group"] != OWN_GROUP]

    assert {each["name"]: each["effect"] for each in listed} == {
        name: each.effect.value for name, each in tools().items()
    }
