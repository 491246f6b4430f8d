"""Which stacks there are, and which needs which. References point one way: Data → Api → Agent → Web."""

from aws_cdk import App

from stacks.agent import AgentStack
from stacks.api import ApiStack
from stacks.automation import AutomationStack
from stacks.data import DataStack
from stacks.deployment import Deployment
from stacks.identity import BrandIdentityStack, IdentityStack
from stacks.network import NetworkStack
from stacks.observability import ObservabilityStack
from stacks.web import WebStack


def build(app: App, deployment: Deployment) -> None:
    """Add the stacks of one deployment to the app: all of a platform, or a brand's front on the shared
    one."""
    web = WebStack(app, deployment=deployment)
    if not deployment.is_platform:
        if deployment.customer.domain_in(deployment.environment):
            BrandIdentityStack(app, deployment=deployment)
        return
    network = NetworkStack(app, deployment=deployment)
    data = DataStack(app, deployment=deployment)
    identity = IdentityStack(app, deployment=deployment)
    api = ApiStack(app, deployment=deployment, data=data, identity=identity)
    agent = AgentStack(app, deployment=deployment, network=network, data=data, api=api)
    automation = AutomationStack(app, deployment=deployment, data=data, api=api)
    ObservabilityStack(
        app,
        deployment=deployment,
        data=data,
        identity=identity,
        api=api,
        agent=agent,
        automation=automation,
    )
    # By name, because it reads outputs by name.
    web.add_stack_dependency(api)
