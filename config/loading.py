"""Reading a TOML file into a frozen model; whatever is wrong becomes one line that names what is allowed."""

import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

ROOT: Final = Path(__file__).parent
"""The folder of the configuration files."""


class ConfigurationError(Exception):
    """A configuration that cannot be used; the message is one line for the person at the terminal."""


class Frozen(BaseModel):
    """Base of every configuration model: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Frozen)


def names_in(folder: Path) -> tuple[str, ...]:
    """Names of the TOML files of a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def choose(kind: str, name: str, known: tuple[str, ...]) -> str:
    """`name`, if it is known. Raises `ConfigurationError`."""
    if name not in known:
        raise ConfigurationError(f'Unknown {kind} "{name}". Known: {", ".join(known)}.')
    return name


def read_toml(path: Path) -> dict[str, Any]:
    """Parsed content of a file. Raises `ConfigurationError`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}.") from None


def load(model: type[Model], path: Path, **given: object) -> Model:
    """Read `path` into `model`; `given` adds what the file's place says, such as its name."""
    return parse(model, {**read_toml(path), **given}, path.name)


def parse(model: type[Model], values: dict[str, Any], source: str) -> Model:
    """Validate `values`. Raises `ConfigurationError` with the first problem in one line."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ConfigurationError(f"{source}: {_describe(model, problems[0])}{more}") from None


def _describe(model: type[BaseModel], problem: Any) -> str:
    location: tuple[str | int, ...] = problem["loc"]
    where = ".".join(str(part) for part in location)
    if problem["type"] == "extra_forbidden":
        owner = _model_at(model, location[:-1])
        known = ", ".join(sorted(owner.model_fields)) if owner else "none"
        return f'unknown key "{where}". Known: {known}.'
    if problem["type"] == "missing":
        return f'the key "{where}" is missing.'
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    if not where:
        return f"{message}."
    return f'"{where}" cannot be {_shown(problem["input"])}: {message}.'


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _model_at(model: type[BaseModel], location: tuple[str | int, ...]) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    for part in location:
        if current is None:
            return None
        if isinstance(part, int) or part not in current.model_fields:
            continue
        current = _model_in(current.model_fields[str(part)])
    return current


def _model_in(field: FieldInfo) -> type[BaseModel] | None:
    candidates = [field.annotation, *get_args(field.annotation)]
    return next(
        (each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)),
        None,
    )
