"""Logs Insights queries that the runbooks name."""

from typing import Final

from aws_cdk import aws_logs as logs
from constructs import Construct

QUERIES: Final = {
    "one turn": "fields @timestamp, level, message, nation, attempt | filter turn = 'ULID' | sort @timestamp",
    "errors by nation": "filter level = 'ERROR' | stats count() by nation, error | sort count() desc",
}


class SavedQueries(Construct):
    """Queries over the workers' log group. To keep them costs nothing, to run one $0.005 a gigabyte."""

    def __init__(
        self, scope: Construct, construct_id: str, *, prefix: str, log_group: logs.ILogGroup
    ) -> None:
        super().__init__(scope, construct_id)
        for name, text in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                "".join(word.capitalize() for word in name.split()),
                name=f"{prefix}{name}",
                query_string=text,
                log_group_names=[log_group.log_group_name],
            )
