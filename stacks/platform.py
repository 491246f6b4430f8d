"""Which stacks there are, and which needs which. References point one way: Data → Api → Agent → Web."""

from aws_cdk import App

from stacks.agent import AgentStack
from stacks.api import ApiStack
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.identity import IdentityStack
from stacks.network import NetworkStack


def build(app: App, deployment: Deployment) -> None:
    """Add the stacks of one deployment to the app."""
    network = NetworkStack(app, deployment=deployment)
    data = DataStack(app, deployment=deployment)
    identity = IdentityStack(app, deployment=deployment)
    api = ApiStack(app, deployment=deployment, data=data, identity=identity)
    AgentStack(app, deployment=deployment, network=network, data=data, api=api)
