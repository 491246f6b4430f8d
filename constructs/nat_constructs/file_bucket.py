"""The bucket of files that people asked for."""

from typing import Final

from aws_cdk import Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from nat.ids import NationSlug, UserId
from nat.names import nation_files, person_files

from .acknowledge import acknowledge, acknowledge_resource
from .data_key import DataKey
from .output import exported, output

BUCKET_OUTPUT: Final = "FilesBucketName"
"""Name of the stack's output that carries the bucket's name."""


KEPT_LOGS: Final = Duration.days(90)


class AccessLogs(s3.Bucket):
    """Who fetched what, for as long as somebody may ask; S3 writes it within hours. Some cents a month."""

    def __init__(self, scope: Construct, construct_id: str, *, emptied: bool) -> None:
        super().__init__(
            scope,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            # S3 delivers into no bucket under a key of ours
            # (docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=KEPT_LOGS)],
            removal_policy=RemovalPolicy.DESTROY if emptied else RemovalPolicy.RETAIN,
            auto_delete_objects=emptied,
        )
        acknowledge(self, "It holds access logs, and a log of its own would not end.", "AwsSolutions-S1")


class FileBucket(s3.Bucket):
    """Private files that live for a day, encrypted with the data key. Workers put them there under the slug
    of their nation, the HTTP API hands out addresses, and a log says who fetched what: whole exports of
    people and nations are among them. Some cents a month."""

    def __init__(self, scope: Construct, construct_id: str, *, key: DataKey, emptied: bool) -> None:
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
            auto_delete_objects=emptied,
            server_access_logs_bucket=AccessLogs(scope, f"{construct_id}Access", emptied=emptied),
        )
        self._key = key
        output(
            Stack.of(self),
            BUCKET_OUTPUT,
            self.bucket_name,
            "Files that people asked for, kept for a day",
            export=True,
        )

    def grant_fetch(self, role: iam.Role) -> None:
        """Allow to read files, so that addresses signed by this role work."""
        files = self._objects(role)
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[files]))
        self._key.grant_use(role, write=False)
        acknowledge_resource(role, "Files of every nation: the API looks the person up.", files)

    def grant_keep(self, role: iam.Role, nation: str) -> None:
        """Allow to put files of one nation there; `nation` is the slug, or what stands for it in a policy."""
        files = self._objects(role, f"{nation_files(NationSlug(nation))}*")
        role.add_to_policy(iam.PolicyStatement(sid="Files", actions=["s3:PutObject"], resources=[files]))
        acknowledge_resource(role, "Files of the session's nation, whatever they are called.", files)

    def grant_archives(self, role: iam.Role, *, write: bool) -> None:
        """Allow to read people's and nations' files; with `write` also to list, put and delete them, for who
        exports and deletes everything of somebody."""
        actions = ["s3:GetObject", *(("s3:PutObject", "s3:DeleteObject") if write else ())]
        for prefix in (nation_files(NationSlug("*")), person_files(UserId("*"))):
            files = self._objects(role, f"{prefix}*")
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[files]))
            acknowledge_resource(role, "Files of everybody: who asks is looked up first.", files)
        if write:
            bucket = self._objects(role, None)
            role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket]))
        self._key.grant_use(role, write=write)

    def _objects(self, role: iam.Role, path: str | None = f"{nation_files(NationSlug('*'))}*") -> str:
        """The ARN of files, or of the bucket itself, as a policy of this role has it."""
        consumer, own = Stack.of(role), Stack.of(self)
        name = self.bucket_name
        if consumer is not own:
            # By an export with a name of its own, so that cdk-nag's finding is known and acknowledged.
            name = Fn.import_value(exported(own.stack_name, BUCKET_OUTPUT))
            consumer.add_stack_dependency(own)
        return own.format_arn(
            service="s3",
            region="",
            account="",
            resource=name,
            resource_name=path,
        )
