"""A brand's host names: certificate and DNS records."""

from collections.abc import Sequence

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct


class PublicNames(Construct):
    """Names of a brand inside its hosted zone, with a certificate that renews itself. The zone is given by
    id: a look-up would need credentials at synth. A certificate costs nothing, a zone $0.50 a month."""

    def __init__(
        self, scope: Construct, construct_id: str, *, zone: str, zone_id: str, hosts: Sequence[str]
    ) -> None:
        super().__init__(scope, construct_id)
        self.hosts = tuple(dict.fromkeys(hosts))
        self._zone_name = zone
        self._zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=zone_id, zone_name=zone
        )
        self.certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=self.hosts[0],
            subject_alternative_names=list(self.hosts[1:]) or None,
            validation=acm.CertificateValidation.from_dns(self._zone),
        )

    def point_to(self, distribution: cloudfront.IDistribution) -> None:
        """Let every name answer with the distribution, over IPv4 and IPv6."""
        target = route53.RecordTarget.from_alias(targets.CloudFrontTarget(distribution))
        for number, host in enumerate(self.hosts):
            record = {"zone": self._zone, "record_name": f"{host}.", "target": target}
            route53.ARecord(self, f"Ipv4Name{number}", **record)  # type: ignore[arg-type]  # one dict for two
            route53.AaaaRecord(self, f"Ipv6Name{number}", **record)  # type: ignore[arg-type]  # as above
