"""From whom a brand's emails come."""

from collections.abc import Iterable
from typing import TypedDict

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from constructs import Construct

from .acknowledge import acknowledge_resource
from .event_queue import account_bus


class MailProps(TypedDict):
    """What every construct is given whose functions write to people: in whose name, from which addresses."""

    brands: str
    senders: Iterable[str]


class Sender(Construct):
    """The domain of a brand's sender address, proved to SES by signed mail (DKIM): three records in the
    brand's own zone. Bounces and complaints are told on the account's default bus. SES stands in the
    platform's region. $0.10 per thousand emails."""

    def __init__(self, scope: Construct, construct_id: str, *, address: str, zone_id: str) -> None:
        super().__init__(scope, construct_id)
        domain = address.partition("@")[2]
        told = ses.ConfigurationSet(
            self,
            "Told",
            configuration_set_name=_set_of(domain),
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        told.add_event_destination(
            "Bus",
            destination=ses.EventDestination.event_bus(account_bus(self)),
            events=[ses.EmailSendingEvent.BOUNCE, ses.EmailSendingEvent.COMPLAINT],
        )
        self.identity = ses.EmailIdentity(
            self, "Identity", identity=ses.Identity.domain(domain), configuration_set=told
        )
        for number, record in enumerate(self.identity.dkim_records):
            route53.CfnRecordSet(
                self,
                f"Dkim{number}",
                hosted_zone_id=zone_id,
                name=record.name,
                type="CNAME",
                resource_records=[record.value],
                ttl="1800",
            )


def grant_mail(role: iam.Role, addresses: Iterable[str]) -> None:
    """Allow to send emails from the domains of these sender addresses, and from no other. Where a brand has
    no zone of its own, the operator verifies the domain by hand."""
    stack = Stack.of(role)
    domains = sorted({address.partition("@")[2] for address in addresses})
    # SES asks for the configuration set that is an identity's default as well.
    resources = [
        stack.format_arn(service="ses", resource=kind, resource_name=name)
        for domain in domains
        for kind, name in (("identity", domain), ("configuration-set", _set_of(domain)))
    ]
    iam.Grant.add_to_principal(grantee=role, actions=["ses:SendEmail"], resource_arns=resources)
    # Which addresses bounced; the list is the account's, and knows no resource.
    iam.Grant.add_to_principal(grantee=role, actions=["ses:GetSuppressedDestination"], resource_arns=["*"])
    acknowledge_resource(role, "SES's list of addresses knows no resource.", "*")


def grant_lift(role: iam.Role) -> None:
    """Allow to take an address off SES's list."""
    iam.Grant.add_to_principal(grantee=role, actions=["ses:DeleteSuppressedDestination"], resource_arns=["*"])


def _set_of(domain: str) -> str:
    """Name of a domain's configuration set: letters, digits and hyphens, at most 64."""
    return domain.replace(".", "-")[:64]
