"""Structured logs: one JSON object a line, from every module that uses `logging.getLogger(__name__)`.

A line carries turn, nation and request id where there are such, never a token, an email or message text. So
errors that nobody foresaw are told by their type and place: their messages may quote what a person wrote.
"""

import logging
import traceback
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from nat.names import METRICS_DIMENSION, METRICS_NAMESPACE, Metric

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

ROOT: Final = "nat"
"""Name of the logger that all modules of this package report to."""
FRAMES: Final = 12
"""Innermost frames that a line shows of an error."""

_log = logging.getLogger(__name__)


@cache
def structured() -> "Logger":
    """Make this process write structured logs. Its level is `POWERTOOLS_LOG_LEVEL`, `INFO` by default.

    Loads powertools here (7 ms): modules that only log need nothing but `logging`.
    """
    from aws_lambda_powertools import Logger

    return Logger(service=ROOT)


def defect(error: BaseException, **about: str | None) -> None:
    """Log an error that nobody foresaw, without its message; `about` are identifiers."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    _log.error(
        "defect",
        extra={
            **about,
            "error": type(error).__name__,
            "vendor_code": error.response["Error"]["Code"] if isinstance(error, ClientError) else None,
            "where": [f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in frames],
        },
    )


def metrics(environment: str, values: Mapping[Metric, int], at: datetime) -> dict[str, object]:
    """Fields that make a log line a measurement too, in CloudWatch's embedded metric format.

    The only dimension is the environment: one per nation would be billed as a metric per nation.
    """
    directive = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [[METRICS_DIMENSION]],
        "Metrics": [{"Name": metric.value, "Unit": metric.unit} for metric in values],
    }
    return {
        "_aws": {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]},
        METRICS_DIMENSION: environment,
        **{metric.value: value for metric, value in values.items()},
    }
