"""A Lambda function that streams its answer through a Function URL behind CloudFront."""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from nat.names import STREAM_HEADERS

from .function import FunctionDefaults, PythonFunction

WEB_ADAPTER_ACCOUNT = "753240598075"
WEB_ADAPTER_VERSION = 30
"""Layer version 30 is Lambda Web Adapter 1.1.0 (github.com/aws/aws-lambda-web-adapter); 29 was withdrawn."""
LONGEST_STREAM_SECONDS: Final = 900
"""As long as a function may run."""


class StreamingFunction(Construct):
    """An ASGI host that streams, up to 15 minutes and 200 MB an answer. Lambda bills the whole stream.

    The URL accepts only signed requests (`AWS_IAM`), and CloudFront signs them by origin access control. Its
    signature replaces `Authorization`, so clients send the token in `X-Nat-Authorization` and the SHA-256 of
    the body in `x-amz-content-sha256`; CORS lets both through. Each answer holds the function for as long as
    it takes, `at_once` of them at most.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        description: str,
        variables: Mapping[str, str],
        allowed_origins: Sequence[str],
        at_once: int | None,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        suffix = "Arm64" if defaults.arm else "X86"
        self.function = PythonFunction(
            self,
            "Host",
            defaults=defaults,
            group="sse",
            handler="run.sh",
            description=description,
            variables={
                **variables,
                "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
                "AWS_LWA_INVOKE_MODE": "response_stream",
                "AWS_LWA_PORT": "8080",
                "AWS_LWA_READINESS_CHECK_PATH": "/health",
            },
            timeout_seconds=LONGEST_STREAM_SECONDS,
            memory_mib=512,
            reserved=at_once,
            layers=[
                lambda_.LayerVersion.from_layer_version_arn(
                    self,
                    "WebAdapter",
                    f"arn:{stack.partition}:lambda:{stack.region}:{WEB_ADAPTER_ACCOUNT}:layer:"
                    f"LambdaAdapterLayer{suffix}:{WEB_ADAPTER_VERSION}",
                )
            ],
        )
        self.url = self.function.add_function_url(
            auth_type=lambda_.FunctionUrlAuthType.AWS_IAM,
            invoke_mode=lambda_.InvokeMode.RESPONSE_STREAM,
            cors=lambda_.FunctionUrlCorsOptions(
                allowed_origins=list(allowed_origins) or None,
                allowed_methods=[lambda_.HttpMethod.POST, lambda_.HttpMethod.GET],
                allowed_headers=list(STREAM_HEADERS),
                max_age=Duration.hours(1),
            ),
        )
        self._let_cloudfront_in()

    def _let_cloudfront_in(self) -> None:
        """Every brand has its own distribution, made after this function: the account's distributions may
        call.

        Since October 2025 a Function URL needs both permissions
        (docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
        """
        stack = Stack.of(self)
        distributions = f"arn:{stack.partition}:cloudfront::{stack.account}:distribution/*"
        lambda_.CfnPermission(
            self,
            "CloudFrontUrl",
            action="lambda:InvokeFunctionUrl",
            principal="cloudfront.amazonaws.com",
            function_name=self.function.function_arn,
            function_url_auth_type="AWS_IAM",
            source_arn=distributions,
        )
        lambda_.CfnPermission(
            self,
            "CloudFrontInvoke",
            action="lambda:InvokeFunction",
            principal="cloudfront.amazonaws.com",
            function_name=self.function.function_arn,
            invoked_via_function_url=True,
            source_arn=distributions,
        )

    @property
    def host(self) -> str:
        """The URL's host name, for CloudFront."""
        return Fn.select(2, Fn.split("/", self.url.url))

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """Who receives grants."""
        return self.function.grant_principal
