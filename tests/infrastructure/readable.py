"""Templates as people review them: without what changes with every line of code or from machine to machine,
long texts once, and of an environment only what differs from production."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from config import load_models, load_plans, models_json, plans_json
from tests.infrastructure.synthesis import Template

LONG: Final = 100
"""Characters from which a text that repeats is shown once."""

CATALOGUES: Final = {"plans.toml": plans_json(load_plans()), "models.toml": models_json(load_models())}
"""What every process is told of them changes where they do, and nowhere else."""

Path = tuple[str, ...]


def readable(template: Template, *, built_on_this_machine: bool = False) -> Template:
    """The template for a review, references written as `${...}`. `built_on_this_machine`: its functions run
    on the machine's own processor."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "<asset-hash>", json.dumps(template, sort_keys=True))
    for name, catalogue in CATALOGUES.items():
        text = text.replace(json.dumps(catalogue)[1:-1], f"<{name}>")
    if built_on_this_machine:
        text = re.sub(r'\["(x86_64|arm64)"\]', '["<host>"]', text)
        text = re.sub(r"LambdaAdapterLayer(X86|Arm64)", "LambdaAdapterLayer<host>", text)
    found: Template = _in_words(json.loads(text))
    return found


def with_texts_once(template: Template) -> Template:
    """The template with each long text that repeats under `Texts`, by the key that it stood at first."""
    repeats = Counter(value for _, value in _leaves(template) if isinstance(value, str) and len(value) > LONG)
    names: dict[str, str] = {}
    for path, value in _leaves(template):
        if isinstance(value, str) and repeats[value] > 1 and value not in names:
            taken = sum(name.split(" ")[0] == path[-1] for name in names.values())
            names[value] = f"{path[-1]} {taken + 1}" if taken else path[-1]
    replaced: Template = _replaced(template, names)
    return {**replaced, "Texts": {name: value for value, name in names.items()}} if names else replaced


def difference(production: Template, here: Template) -> dict[str, Any]:
    """What a template has beside production's, lacks of it, and has in another form; equal changes of several
    resources stand once."""
    told: dict[str, Any] = {}
    for section in sorted({*production, *here}):
        theirs, ours = _section(production, section), _section(here, section)
        added = {name: ours[name] for name in sorted({*ours} - {*theirs})}
        if added:
            told.setdefault(section, {})["only here"] = added
        if missing := sorted({*theirs} - {*ours}):
            told.setdefault(section, {})["only in production"] = missing
        if changes := _changes({name: (theirs[name], ours[name]) for name in sorted({*ours} & {*theirs})}):
            told.setdefault(section, {})["differs"] = changes
    return told


def _section(template: Template, section: str) -> dict[str, Any]:
    value = template.get(section, {})
    return value if isinstance(value, dict) else {section: value}


def _changes(pairs: dict[str, tuple[Any, Any]]) -> dict[str, list[str]]:
    """`Properties.RetentionInDays: 90 -> 7`, and of which resources that is true."""
    of: dict[str, list[str]] = {}
    for name, (theirs, ours) in pairs.items():
        for path, production, here in _compared((), theirs, ours):
            of.setdefault(f"{'.'.join(path)}: {_shown(production)} -> {_shown(here)}", []).append(name)
    return of


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _compared(path: Path, theirs: Any, ours: Any) -> Iterator[tuple[Path, Any, Any]]:
    if theirs == ours:
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted({*theirs, *ours}):
            yield from _compared((*path, key), theirs.get(key), ours.get(key))
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield from _compared((*path, str(number)), one, other)
    else:
        yield path, theirs, ours


def _in_words(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::ImportValue": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetStackOutput": {"StackName": name, "OutputName": output, "Region": region}}:
            return f"${{{name}:{output} in {region}}}"
        case {"Fn::Join": ["", list(parts)]} if all(isinstance(_in_words(each), str) for each in parts):
            return "".join(_in_words(each) for each in parts)
    return {key: _in_words(each) for key, each in value.items()}


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, path)
    else:
        yield path, value


def _replaced(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, names) for each in value]
    return f"<text {names[value]}>" if isinstance(value, str) and value in names else value
