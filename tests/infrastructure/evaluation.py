"""IAM's decision on one request under identity policies, as far as our policies go: allow statements,
wildcards, policy variables and the condition operators that they use.

Written from docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
…/reference_policies_elements_condition_operators.html. An operator or statement that it does not know
fails.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tests.infrastructure.policies import Statement, listed

Context = Mapping[str, str | Sequence[str]]


def allows(statements: Iterable[Statement], action: str, resource: str, context: Context) -> bool:
    """Whether any statement allows an action on a resource to a session with a context."""
    return any(_matches(statement, action, resource, context) for statement in statements)


def _matches(statement: Statement, action: str, resource: str, context: Context) -> bool:
    assert statement["Effect"] == "Allow"
    assert set(statement) <= {"Effect", "Action", "Resource", "Condition", "Sid", "Principal"}
    return (
        any(fnmatchcase(action, each) for each in listed(statement["Action"]))
        and ("Resource" not in statement or _any(statement["Resource"], resource, context))
        and all(
            _holds(operator, key, listed(wanted), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _any(patterns: Any, value: str, context: Context) -> bool:
    return any(_like(each, value, context) for each in listed(patterns) if isinstance(each, str))


def _like(pattern: str, value: str, context: Context) -> bool:
    """A policy variable without a value makes the whole element match nothing."""
    for name in re.findall(r"\$\{([^}]+)\}", pattern):
        known = context.get(name)
        if not isinstance(known, str):
            return False
        pattern = pattern.replace(f"${{{name}}}", known)
    # IAM knows `*` and `?` only; a bracket is a bracket.
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    given = context.get(key)
    values = [] if given is None else [given] if isinstance(given, str) else list(given)
    if operator == "Null":
        return (given is None) == (wanted == ["true"])
    quantifier, _, test = operator.rpartition(":")
    assert test in {"StringLike", "StringEquals", "ArnLike"}, operator
    fits = [any(_like(each, value, context) for each in wanted) for value in values]
    if quantifier == "ForAllValues":
        return all(fits)
    assert not quantifier, operator
    return bool(fits) and all(fits)
