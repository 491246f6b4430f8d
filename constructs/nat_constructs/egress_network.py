"""The network in which the agent's tasks find their way out."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from .acknowledge import acknowledge


class EgressNetwork(ec2.Vpc):
    """Two zones with public subnets and free gateway endpoints. No NAT gateway, because nothing listens: a
    public address is only a way out. Free of charge but for refused connections' logs, $0.50 a gigabyte."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        flow_log_retention: logs.RetentionDays | None,
        closed_default_group: bool,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24)
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            restrict_default_security_group=closed_default_group,
        )
        if flow_log_retention is None:
            acknowledge(self, "This environment has no flow logs.", "AwsSolutions-VPC7")
        else:
            self._log_flows(flow_log_retention)

    def _log_flows(self, retention: logs.RetentionDays) -> None:
        group = logs.LogGroup(self, "FlowLogs", retention=retention, removal_policy=RemovalPolicy.DESTROY)
        role = iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        # Refused connections only: accepted ones are the agent's own calls, and paid by the gigabyte.
        self.add_flow_log(
            "Flows",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
