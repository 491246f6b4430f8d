"""The web app, the extension's packages and the logo in a brand's bucket."""

from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, CustomResource, DockerImage, ILocalBundling
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from .acknowledge import acknowledge_resource
from .extension_build import ExtensionBuild
from .function import FunctionDefaults, PythonFunction
from .site_contents import SiteContents
from .web_build import WebBuild


class SiteFiles(Construct):
    """Builds the app and the extension when the stack is really synthesised, once per assembly, and has a
    function put them into the bucket when they differ from what is there. It may write that bucket, read that
    archive and have that distribution forget the page; the CDK's own construct for this asks for wider rights
    and carries the AWS command line. Its calls cost nothing to speak of, as does an invalidation.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        app: WebBuild,
        extension: ExtensionBuild | None,
        logo: Path | None,
        bucket: s3.IBucket,
        distribution: cloudfront.IDistribution,
        defaults: FunctionDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        contents = SiteContents(app, extension, logo)
        archive = assets.Asset(
            self,
            "App",
            path=str(app.workspace),
            asset_hash_type=AssetHashType.CUSTOM,
            asset_hash=contents.digest,
            bundling=BundlingOptions(image=DockerImage.from_registry("none"), local=_Local(contents)),
        )
        function = PythonFunction(
            self,
            "Put",
            defaults=defaults,
            handler="nat.handlers.site_files.handler",
            description="Nat: puts the web app into its bucket",
            variables={},
            timeout_seconds=120,
        )
        role = function.own_role
        files = bucket.arn_for_objects("*")
        for actions, resource in (
            (["s3:GetObject"], archive.bucket.arn_for_objects(archive.s3_object_key)),
            (["s3:PutObject"], files),
            (["cloudfront:CreateInvalidation"], distribution.distribution_arn),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
        acknowledge_resource(role, "It fills this bucket, whose files have hashes for names.", files)
        filled = CustomResource(
            self,
            "Files",
            resource_type="Custom::SiteFiles",
            service_token=function.function_arn,
            properties={
                "Archive": {"Bucket": archive.s3_bucket_name, "Key": archive.s3_object_key},
                "Bucket": bucket.bucket_name,
                "Distribution": distribution.distribution_id,
            },
        )
        # Without its rights the function cannot begin.
        filled.node.add_dependency(role)


@jsii.implements(ILocalBundling)
class _Local:
    """Builds in this process, so that no Docker image is ever asked for."""

    def __init__(self, contents: SiteContents) -> None:
        self._contents = contents

    def try_bundle(self, output_dir: str, _options: object = None, **_more: object) -> bool:
        self._contents.write(Path(output_dir))
        return True
