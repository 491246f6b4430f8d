"""A ticket opens one connection, within 60 seconds, for one person and nation."""

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import TicketInvalid
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.settings import TableNames
from nat.turns.tickets import TicketHolder, Tickets
from tests.unit.nat.faults import losing_answers
from tests.unit.nat.world import Clock, rows

ANN = TicketHolder(NationSlug("demo"), UserId("ann"))


@pytest.fixture
def tickets(tables: TableNames) -> Tickets:
    return Tickets(Store(clients.dynamodb(), tables))


def test_a_ticket_names_its_holder(tickets: Tickets) -> None:
    clock = Clock()
    ticket = tickets.issue(ANN, clock())

    clock.advance(seconds=59)

    assert tickets.consume(ticket, clock()) == ANN


def test_a_ticket_is_used_once(tickets: Tickets) -> None:
    clock = Clock()
    ticket = tickets.issue(ANN, clock())
    tickets.consume(ticket, clock())

    with pytest.raises(TicketInvalid):
        tickets.consume(ticket, clock())


def test_of_twenty_connections_with_one_ticket_one_opens(tickets: Tickets) -> None:
    clock = Clock()
    ticket = tickets.issue(ANN, clock())

    def connect(_: int) -> bool:
        try:
            tickets.consume(ticket, clock())
        except TicketInvalid:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        opened = list(threads.map(connect, range(20)))

    assert sum(opened) == 1


def test_a_stale_ticket_opens_nothing_even_before_it_is_deleted(tickets: Tickets) -> None:
    clock = Clock()
    ticket = tickets.issue(ANN, clock())

    clock.advance(seconds=60)

    with pytest.raises(TicketInvalid):
        tickets.consume(ticket, clock())


@pytest.mark.parametrize("ticket", ["", "made-up", "\ud800", "x" * 4000])
def test_what_is_no_ticket_opens_nothing(tickets: Tickets, ticket: str) -> None:
    with pytest.raises(TicketInvalid):
        tickets.consume(ticket, Clock()())


def test_the_ticket_itself_is_not_stored(tables: TableNames, tickets: Tickets) -> None:
    ticket = tickets.issue(ANN, Clock()())

    assert ticket not in str(rows(tables, Table.ONCE))


def test_a_ticket_whose_use_was_not_answered_opens_the_connection_once(
    tables: TableNames, tickets: Tickets
) -> None:
    clock = Clock()
    ticket = tickets.issue(ANN, clock())

    with losing_answers("TransactWriteItems") as url:
        forgetful = Tickets(Store(boto3.client("dynamodb", endpoint_url=url), tables))
        holder = forgetful.consume(ticket, clock())

    assert holder == ANN
    with pytest.raises(TicketInvalid):
        tickets.consume(ticket, clock())
