"""One brand's front."""

from pathlib import Path
from typing import Final

from aws_cdk import Fn
from constructs import Construct

from config.catalogue import load_plans
from nat.names import EDGE_REGION
from nat_constructs.alarm_topic import AlarmTopic
from nat_constructs.alarms import Alarms, service_metric
from nat_constructs.extension_build import LATEST, ExtensionBuild
from nat_constructs.firewall import Firewall
from nat_constructs.origin_key import origin_headers
from nat_constructs.output import exported
from nat_constructs.public_names import PublicNames
from nat_constructs.sign_in import login_url
from nat_constructs.site import Origins, Site
from nat_constructs.site_contents import logo_path
from nat_constructs.site_files import SiteFiles
from nat_constructs.web_build import WebBuild
from nat_constructs.web_socket_api import STAGE as SOCKET
from stacks.deployment import Deployment
from stacks.identity import output_suffix
from stacks.stack import NatStack

WEB: Final = Path(__file__).parents[1] / "runtime" / "web"
"""The workspace of the web clients."""


class WebStack(NatStack):
    """The brand's distribution, names and firewall, in the region that CloudFront takes certificates and web
    ACLs from; there are public files in it and no person's data. It reads the platform's outputs instead of
    its constructs, for it may stand in another region, and a brand on the shared platform is deployed without
    the platform."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(
            scope,
            "Web",
            deployment=deployment,
            description=f"Nat: web front of {deployment.customer.brand.name}",
            region=EDGE_REGION,
        )
        environment = deployment.environment
        domain = deployment.customer.domain_in(environment)
        names = (
            PublicNames(
                self, "Names", zone=domain.zone, zone_id=domain.zone_id, hosts=(domain.app, domain.api)
            )
            if domain
            else None
        )
        self.site = Site(
            self,
            "Site",
            origin=Origins(
                http=self._of("Api", "ApiHost"),
                socket=self._of("Api", "SocketHost"),
                stream=self._of("Api", "StreamHost"),
                headers=origin_headers(environment.region),
            ),
            settings=self._settings(),
            login_url=login_url(environment.sign_in_prefix, environment.region),
            names=names,
            firewall_arn=self._firewall(),
            keeps_data=environment.keeps_data,
            emptied_bucket=environment.empties_buckets,
            release=deployment.release if environment.region != EDGE_REGION else None,
        )
        if deployment.environment.features.site_files:
            SiteFiles(
                self,
                "App",
                app=WebBuild(WEB),
                extension=self._extension(),
                logo=deployment.customer.logo_file,
                bucket=self.site.bucket,
                distribution=self.site.distribution,
                defaults=deployment.functions,
            )
        self._watch()
        self._publish()

    def _extension(self) -> ExtensionBuild | None:
        """The brand's extension, where the app's address is known before it stands."""
        customer, environment = self.deployment.customer, self.deployment.environment
        app = customer.app_url_in(environment)
        if app is None:
            return None
        brand = customer.brand
        return ExtensionBuild(
            workspace=WEB,
            name=brand.name,
            extension_name=brand.extension_name,
            description=brand.tagline,
            primary=brand.colours.primary,
            on_primary=brand.colours.on_primary,
            app=app,
            login=login_url(environment.sign_in_prefix, environment.region),
            key=customer.extension_key,
            logo=customer.logo_file,
        )

    def _package_path(self) -> str | None:
        """Where the newest package of the extension is, for browsers whose store does not have it."""
        return None if self._extension() is None else f"/{LATEST}"

    def _watch(self) -> None:
        """CloudFront reports its figures here only, and an alarm tells a topic of its own region."""
        topic = AlarmTopic(self, "Alarms", email=self.deployment.environment.alarm_email)
        Alarms(self, "EdgeAlarms", prefix=self.deployment.prefix, topic=topic).above(
            "EdgeFailing",
            service_metric(
                "AWS/CloudFront",
                "5xxErrorRate",
                "Average",
                {"DistributionId": self.site.distribution.distribution_id, "Region": "Global"},
            ),
            5,
            "More than 5 % of the answers under the brand's name are errors: see the APIs behind it.",
            periods=2,
        )

    def _firewall(self) -> str | None:
        """The platform's own brand has the firewall; others share it and its monthly price."""
        if not self.deployment.environment.features.firewall:
            return None
        if self.deployment.is_platform:
            arn = Firewall(self, "Firewall").arn
            self.publish("FirewallArn", arn, "Web ACL of every brand on this platform", exported=True)
            return arn
        return self._of("Web", "FirewallArn", region=EDGE_REGION)

    def _settings(self) -> dict[str, object]:
        """What the web app and the extension are told: the brand and where to sign in. All of it is
        public."""
        customer, environment = self.deployment.customer, self.deployment.environment
        brand = customer.brand
        suffix = "" if self.deployment.is_platform else output_suffix(customer, None)
        return {
            "brand": {
                "name": brand.name,
                "tagline": brand.tagline,
                "logo": logo_path(brand.logo),
                "colours": brand.colours.model_dump(),
                "supportEmail": brand.support_email,
                "extensionName": brand.extension_name,
            },
            "plans": self._plans(),
            "links": {**customer.links.model_dump(), "package": self._package_path()},
            "issuer": self._of("Identity", "Issuer"),
            "loginUrl": login_url(environment.sign_in_prefix, environment.region),
            "clientId": self._of("Identity", f"ClientIdWeb{suffix}"),
            "extensionClientId": (
                self._of("Identity", f"ClientIdExtension{suffix}") if customer.extension_ids else None
            ),
            "socketPath": f"/{SOCKET}",
        }

    def _plans(self) -> list[dict[str, object]]:
        """What the brand sells, as `GET /v1/billing` tells it to members: here for who is none yet."""
        customer = self.deployment.customer
        return [
            {
                "plan": key,
                "title": customer.plan_titles.get(key, plan.name),
                "price_cents": plan.price_cents,
                "queries_limit": plan.queries,
                "trial_days": plan.trial_days,
            }
            for key, plan in load_plans().items()
            if key in customer.plans
        ]

    def _of(self, part: str, name: str, *, region: str | None = None) -> str:
        """An output of the platform: by its export inside a region, where CloudFormation then keeps who
        exports from changing it, and by its stack's name from another."""
        stack = f"{self.deployment.platform_prefix}{part}"
        place = region or self.deployment.environment.region
        if place == EDGE_REGION:
            return Fn.import_value(exported(stack, name))
        return Fn.get_stack_output(stack, name, place)

    def _publish(self) -> None:
        domain = self.deployment.customer.domain_in(self.deployment.environment)
        host = domain.app if domain else self.site.distribution.distribution_domain_name
        self.publish("AppUrl", f"https://{host}", "The brand's web app")
        self.publish("BrandSocketUrl", f"wss://{host}/{SOCKET}", "The WebSocket API under the brand's name")
        self.publish("SiteBucketName", self.site.bucket.bucket_name, "Files of the web app and the extension")
        self.publish("DistributionId", self.site.distribution.distribution_id, "CloudFront distribution")
