"""From whom a brand's emails come."""

from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from constructs import Construct


class Sender(Construct):
    """The domain of a brand's sender address, proved to SES by signed mail (DKIM): three records in the
    brand's own zone. SES stands in the platform's region. $0.10 per thousand emails."""

    def __init__(self, scope: Construct, construct_id: str, *, address: str, zone_id: str) -> None:
        super().__init__(scope, construct_id)
        domain = address.partition("@")[2]
        self.identity = ses.EmailIdentity(self, "Identity", identity=ses.Identity.domain(domain))
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
