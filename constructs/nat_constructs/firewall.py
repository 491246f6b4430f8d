"""What CloudFront keeps out."""

from typing import Final

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from nat.names import STREAM_PATH

LARGE: Final = {STREAM_PATH: "EXACTLY", "/webhooks/": "STARTS_WITH"}
"""Where a body may be long: a question, and a vendor's event, whose signature proves it."""

BODY_LABEL: Final = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
"""What the managed rule adds to a request with a body over 8 KB
(docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html)."""

REQUESTS_IN_FIVE_MINUTES: Final = 2_000
"""Per address; a whole office may share one."""


class Firewall(Construct):
    """A web ACL for CloudFront, so in us-east-1: Amazon's common and known-bad rules, and a limit per
    address. Bodies over 8 KB are refused, except of questions and of vendors' events.

    $5 a month, $1 for each of the four rules, $0.60 per million requests.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility("Firewall"),
            rules=[
                _managed(0, "AWSManagedRulesCommonRuleSet", counted=("SizeRestrictions_BODY",)),
                _large_bodies(1),
                _managed(2, "AWSManagedRulesKnownBadInputsRuleSet"),
                _rate(3),
            ],
        )

    @property
    def arn(self) -> str:
        """The ACL's ARN, as a distribution takes it."""
        return self.acl.attr_arn


def _managed(priority: int, group: str, *, counted: tuple[str, ...] = ()) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name=group,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    waf.CfnWebACL.RuleActionOverrideProperty(
                        name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={})
                    )
                    for rule in counted
                ]
                or None,
            )
        ),
        visibility_config=_visibility(group),
    )


def _large_bodies(priority: int) -> waf.CfnWebACL.RuleProperty:
    """Refuse what the managed rule only counted, unless it may be long."""
    large = waf.CfnWebACL.StatementProperty(
        label_match_statement=waf.CfnWebACL.LabelMatchStatementProperty(scope="LABEL", key=BODY_LABEL)
    )
    elsewhere = [
        waf.CfnWebACL.StatementProperty(
            not_statement=waf.CfnWebACL.NotStatementProperty(statement=_path(path, match))
        )
        for path, match in LARGE.items()
    ]
    return waf.CfnWebACL.RuleProperty(
        name="LargeBodies",
        priority=priority,
        action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(
            and_statement=waf.CfnWebACL.AndStatementProperty(statements=[large, *elsewhere])
        ),
        visibility_config=_visibility("LargeBodies"),
    )


def _path(path: str, match: str) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(
        byte_match_statement=waf.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=waf.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint=match,
            search_string=path,
            text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )


def _rate(priority: int) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name="RatePerAddress",
        priority=priority,
        action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(
            rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=REQUESTS_IN_FIVE_MINUTES
            )
        ),
        visibility_config=_visibility("RatePerAddress"),
    )


def _visibility(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
