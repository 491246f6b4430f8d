"""One brand's front: web app, APIs, sockets and streams under one host name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from nat.names import OAUTH_CALLBACK, SLACK_PATHS, STREAM_PATH, STRIPE_WEBHOOK

from .acknowledge import acknowledge
from .public_names import PublicNames
from .web_build import HAS_FILE, INDEX
from .web_socket_api import STAGE as SOCKET

OAUTH_PATH: Final = OAUTH_CALLBACK.partition(" ")[2]
WEBHOOK_PATHS: Final = f"{STRIPE_WEBHOOK.partition(' ')[2].rpartition('/')[0]}/*"
CLI_PATH: Final = "/cli/callback"
CLI_CALLBACK: Final = "http://localhost:8976/callback"
"""Where `nat chat` waits for the sign-in's answer."""
ROUTER: Final = f"""function handler(event) {{
  var request = event.request;
  if (!/{HAS_FILE}/.test(request.uri)) request.uri = '{INDEX}';
  return request;
}}"""

TO_THE_TERMINAL: Final = """function handler(event) {
  // The sign-in of the command line: on to where it waits, with what the login has answered.
  var query = Object.keys(event.request.querystring).map(function (name) {
    return name + '=' + event.request.querystring[name].value;
  });
  return {
    statusCode: 302,
    statusDescription: 'Found',
    headers: { location: { value: '%s?' + query.join('&') }, 'cache-control': { value: 'no-store' } },
  };
}"""

SETTINGS: Final = """function handler(event) {
  return {
    statusCode: 200,
    statusDescription: 'OK',
    headers: {
      'content-type': { value: 'application/json' },
      'cache-control': { value: 'no-cache' },
      'access-control-allow-origin': { value: '*' },
    },
    body: { encoding: 'text', data: JSON.stringify(%s) },
  };
}"""


@dataclass(frozen=True)
class Origins:
    """Host names behind the front."""

    http: str
    socket: str
    stream: str
    headers: Mapping[str, str]
    """What the APIs ask for, to know what came through here."""


class Site(Construct):
    """A CloudFront distribution for people's browsers and the extension: the app and packages from a private
    bucket, `/v1/*`, `/oauth/callback`, `/webhooks/*` and `/slack/*` from the HTTP API, `/v1/stream` from the
    streaming host, `/socket` from the WebSocket API, and answered at the edge `/config.json` with the brand
    and the way back to a terminal.

    `release` makes the distribution change with each of them, so that it reads its origins again.

    A terabyte and ten million requests a month are free; functions cost $0.10 per million calls.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        origin: Origins,
        settings: Mapping[str, object],
        login_url: str,
        names: PublicNames | None,
        firewall_arn: str | None,
        keeps_data: bool,
        emptied_bucket: bool,
        release: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Files",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=Duration.days(90))],
            removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
            auto_delete_objects=emptied_bucket,
        )
        acknowledge(
            self.bucket,
            "Public files that only CloudFront reads, and that can be built again.",
            "AwsSolutions-S1",
        )
        self._headers = self._security_headers(login_url)
        self._http = origins.HttpOrigin(origin.http, custom_headers=origin.headers)
        self._bucket_origin = origins.S3BucketOrigin.with_origin_access_control(self.bucket)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Nat {release}" if release else "Nat",
            default_root_object="index.html",
            domain_names=list(names.hosts) if names else None,
            certificate=names.certificate if names else None,
            # CloudFront's own certificate fixes the protocol and refuses a choice.
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if names else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            web_acl_id=firewall_arn,
            default_behavior=self._files(),
            additional_behaviors={
                "/config.json": self._settings(settings),
                STREAM_PATH: self._pass_on(
                    origins.HttpOrigin(
                        origin.stream,
                        origin_access_control_id=self._signer().origin_access_control_id,
                        read_timeout=Duration.seconds(60),
                    )
                ),
                "/v1/*": self._pass_on(self._http),
                # Under the app's own host, to which the cookie of who began belongs.
                OAUTH_PATH: self._pass_on(self._http),
                WEBHOOK_PATHS: self._pass_on(self._http),
                SLACK_PATHS: self._pass_on(self._http),
                CLI_PATH: self._at_the_edge("CommandLine", TO_THE_TERMINAL % CLI_CALLBACK),
                f"/{SOCKET}": self._pass_on(origins.HttpOrigin(origin.socket, custom_headers=origin.headers)),
            },
        )
        self._acknowledge(has_names=names is not None, has_firewall=firewall_arn is not None)
        if names:
            names.point_to(self.distribution)

    def _signer(self) -> cloudfront.FunctionUrlOriginAccessControl:
        return cloudfront.FunctionUrlOriginAccessControl(self, "StreamSigner")

    def _files(self) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=self._bucket_origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=self._headers,
            function_associations=[self._at_edge("Router", ROUTER)],
        )

    def _settings(self, settings: Mapping[str, object]) -> cloudfront.BehaviorOptions:
        code = SETTINGS % json.dumps(dict(settings), indent=2, ensure_ascii=False)
        return self._at_the_edge("Settings", code)

    def _at_the_edge(self, name: str, code: str) -> cloudfront.BehaviorOptions:
        """A path that a function answers, so that no origin is asked."""
        return cloudfront.BehaviorOptions(
            origin=self._bucket_origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            function_associations=[self._at_edge(name, code)],
        )

    def _pass_on(self, origin: cloudfront.IOrigin) -> cloudfront.BehaviorOptions:
        """Requests as they came, except for the host name, which API Gateway would not know."""
        return cloudfront.BehaviorOptions(
            origin=origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            compress=False,
        )

    def _at_edge(self, name: str, code: str) -> cloudfront.FunctionAssociation:
        return cloudfront.FunctionAssociation(
            event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
            function=cloudfront.Function(
                self,
                name,
                code=cloudfront.FunctionCode.from_inline(code),
                runtime=cloudfront.FunctionRuntime.JS_2_0,
                comment=f"Nat: {name.lower()}",
            ),
        )

    def _security_headers(self, login_url: str) -> cloudfront.ResponseHeadersPolicy:
        # Nothing from elsewhere, and no text that becomes code. The one other host is the login's.
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            f"connect-src 'self' {login_url}; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=policy, override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
                    override=True,
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(730), include_subdomains=True, override=True
                ),
            ),
        )

    def _acknowledge(self, *, has_names: bool, has_firewall: bool) -> None:
        acknowledge(
            self.distribution,
            "People campaign and travel everywhere: no country is shut out.",
            "AwsSolutions-CFR1",
        )
        acknowledge(
            self.distribution,
            "Access logs would hold query strings, and with them socket tickets. The APIs log without them.",
            "AwsSolutions-CFR3",
        )
        if not has_firewall:
            acknowledge(self.distribution, "This environment has no firewall.", "AwsSolutions-CFR2")
        if not has_names:
            acknowledge(
                self.distribution,
                "CloudFront's own certificate, in an environment without a domain, fixes the protocol.",
                "AwsSolutions-CFR4",
            )
