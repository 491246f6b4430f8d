"""The bucket of files that people asked for."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from .acknowledge import acknowledge, acknowledge_resource
from .data_key import KEY_READ, DataKey


class FileBucket(s3.Bucket):
    """Private files that live for a day, encrypted with the data key. Workers put them there under the slug
    of their nation, the HTTP API hands out addresses. Some cents a month."""

    def __init__(self, scope: Construct, construct_id: str, *, key: DataKey) -> None:
        super().__init__(
            scope,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(1), abort_incomplete_multipart_upload_after=Duration.days(1)
                )
            ],
            # What is in it can be asked for again.
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(self, "Files of a day; each address is handed out by the HTTP API.", "AwsSolutions-S1")
        self._key = key

    def grant_fetch(self, role: iam.Role) -> None:
        """Allow to read files, so that addresses signed by this role work."""
        files = self.arn_for_objects("*")
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[files]))
        role.add_to_policy(iam.PolicyStatement(actions=list(KEY_READ), resources=[self._key.key_arn]))
        acknowledge_resource(role, "Files of every nation: the API looks the person up.", files)

    def grant_keep(self, role: iam.Role) -> None:
        """Allow to put files there; a session policy narrows it to the nation's."""
        files = self.arn_for_objects("*")
        role.add_to_policy(iam.PolicyStatement(sid="Files", actions=["s3:PutObject"], resources=[files]))
        acknowledge_resource(role, "Files of every nation: the session policy narrows them to one.", files)
