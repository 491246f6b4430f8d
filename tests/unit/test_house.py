"""The house of docs/architecture.md: a room imports only from rows above its own."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from nat.names import SCHEMAS

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "runtime" / "nat"

ROWS = (
    (
        "names",
        "ids",
        "errors",
        "settings",
        "roles",
        "waiting",
        "parallel",
        "spreadsheets",
        "live_links",
        "field_names",
        "refusals",
        "wording",
    ),
    ("contract",),
    ("aws",),
    ("nationbuilder",),
    ("changes",),
    ("agent",),
    ("nations",),
    ("people",),
    ("audit",),
    ("connections",),
    ("conversations",),
    ("approvals",),
    ("billing",),
    ("channels",),
    ("notices",),
    ("turns",),
    ("automations",),
    ("privacy", "migration", "slack"),
    ("handlers",),
    ("worker",),
    ("ops",),
    ("cli",),
)
HEIGHT = {room: row for row, rooms in enumerate(ROWS) for room in rooms}
WITHOUT_AWS = ("agent", "changes", "contract", "nationbuilder")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(RUNTIME).parts[0].removesuffix(".py")


MODULES = sorted(path for path in RUNTIME.rglob("*.py") if path != RUNTIME / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(RUNTIME)))
def test_a_room_imports_only_from_rows_above_its_own(path: Path) -> None:
    room = room_of(path)
    assert room in HEIGHT, f"{room} has no row in the house: give it one here and in docs/architecture.md"

    for module in imports(path):
        parts = module.split(".")
        if parts[0] != "nat" or len(parts) < 2 or parts[1] == room:
            continue
        other = parts[1]
        assert HEIGHT[other] < HEIGHT[room] or (HEIGHT[other] == HEIGHT[room] == 0), (
            f"{room} imports {module}, which is not above it"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(RUNTIME)))
def test_agent_and_nationbuilder_know_no_aws(path: Path) -> None:
    if room_of(path) not in WITHOUT_AWS:
        return

    assert not [m for m in imports(path) if m.split(".")[0] in ("boto3", "botocore", "aws_lambda_powertools")]


def test_expressions_and_indexes_of_dynamodb_are_written_in_one_place() -> None:
    expression = re.compile(r"\b(Condition|Filter|KeyCondition|Projection|Update)Expression")
    indexes = {index.name for schema in SCHEMAS.values() for index in schema.indexes}

    for path in MODULES:
        if room_of(path) in ("aws", "names"):
            continue
        text = path.read_text()
        assert not expression.search(text), (
            f"{path.name}: conditions and changes are values of nat.aws.writes"
        )
        assert not [each for each in indexes if f'"{each}"' in text], f"{path.name}: indexes are in nat.names"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(RUNTIME)))
def test_the_environment_is_read_in_settings_only(path: Path) -> None:
    if room_of(path) == "settings":
        return

    assert "os.environ" not in path.read_text()
    assert "os.getenv" not in path.read_text()


def test_constructs_folder_does_not_shadow_the_package_of_the_same_name() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists(), (
        "constructs/__init__.py shadows the PyPI package `constructs`; CDK cannot be imported then"
    )


def test_the_vocabulary_needs_nothing_installed() -> None:
    for name in ("names.py", "ids.py", "waiting.py", "errors.py", "contract/declared.py", "settings.py"):
        outside = {m.split(".")[0] for m in imports(RUNTIME / name)} - {"nat"}
        assert outside <= {
            "collections",
            "dataclasses",
            "enum",
            "json",
            "os",
            "pathlib",
            "random",
            "re",
            "time",
            "typing",
        }


def test_no_public_class_name_stands_for_two_things() -> None:
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(str(path.relative_to(RUNTIME)))

    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


PUBLISHED = {"verify_nation_subscription", "track_query_usage_nation"}
"""Names whose parameters others were promised."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(RUNTIME)))
def test_a_nation_stands_before_a_person_wherever_both_are_passed(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in PUBLISHED:
            names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        elif isinstance(node, ast.ClassDef):
            fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            names = [each.id for each in fields if isinstance(each, ast.Name)]
        else:
            continue
        for first, second in pairwise(names):
            assert (first, second) != ("user_id", "nation_slug"), f"{node.name}: `nation_slug` first"
