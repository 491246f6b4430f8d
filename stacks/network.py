"""The network in which the agent's tasks find their way out."""

import aws_cdk as cdk
import jsii
from constructs import Construct

from nat_constructs.egress_network import EgressNetwork
from stacks.deployment import Deployment
from stacks.stack import NatStack


class NetworkStack(NatStack):
    """A network without a way in."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(scope, "Network", deployment=deployment, description="Nat: network of the agent")
        features = deployment.environment.features
        self.vpc = EgressNetwork(
            self,
            "Vpc",
            flow_log_retention=deployment.log_retention if features.flow_logs else None,
            closed_default_group=features.closed_default_group,
        )
        self.publish("VpcId", self.vpc.vpc_id, "The VPC of the agent's tasks")

    @property
    @jsii.member(jsii_name="availabilityZones")
    def availability_zones(self) -> list[str]:
        """The region's first two zones, told at deployment; CDK would otherwise ask AWS for them at synth."""
        return [cdk.Fn.select(number, cdk.Fn.get_azs()) for number in range(2)]
