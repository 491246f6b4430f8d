"""The network in which the agent's tasks find their way out."""

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from nat_constructs.acknowledge import acknowledge
from stacks.deployment import Deployment
from stacks.stack import NatStack


class NetworkStack(NatStack):
    """Two zones with public subnets, free gateway endpoints, and no NAT gateway, because nothing listens."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(scope, "Network", deployment=deployment, description="Nat: network of the agent")
        features = deployment.environment.features
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24)
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            restrict_default_security_group=features.closed_default_group,
        )
        if features.flow_logs:
            self._log_flows()
        else:
            acknowledge(self.vpc, "This environment has no flow logs.", "AwsSolutions-VPC7")
        self.publish("VpcId", self.vpc.vpc_id, "The VPC of the agent's tasks")

    @property
    @jsii.member(jsii_name="availabilityZones")
    def availability_zones(self) -> list[str]:
        """The region's first two zones, told at deployment; CDK would otherwise ask AWS for them at synth."""
        return [cdk.Fn.select(number, cdk.Fn.get_azs()) for number in range(2)]

    def _log_flows(self) -> None:
        group = logs.LogGroup(
            self,
            "FlowLogs",
            retention=self.deployment.log_retention,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        # Refused connections only: accepted ones are the agent's own calls, and paid by the gigabyte.
        self.vpc.add_flow_log(
            "Flows",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
