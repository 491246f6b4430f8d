"""Refuses what the Messages API refuses, with its error shape and, where it is known, its wording.

Wording may change on the real service; clients branch on status and type.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

from local.claude.errors import ApiError, invalid
from local.claude.models import ModelCard, ModelCatalogue
from local.claude.prompt import breakpoints

VERSIONS: Final = ("2023-06-01", "2026-10-21")
NEW_VERSION: Final = "2026-10-21"
SAMPLING: Final = ("temperature", "top_p", "top_k")
FIELDS: Final = frozenset(
    (
        *("model", "max_tokens", "messages", "system", "tools", "tool_choice", "stream", "stop_sequences"),
        *("metadata", "cache_control", "thinking", "output_config", "service_tier", "container"),
        *("diagnostics", "inference_geo", "speed", "context_management"),
        *SAMPLING,
    )
)
"""Top-level names of a request (`anthropic/types/message_create_params.py`)."""

USER_BLOCKS: Final = frozenset(("text", "image", "document", "search_result", "tool_result"))
ASSISTANT_BLOCKS: Final = frozenset(("text", "tool_use", "thinking", "redacted_thinking"))
TOOL_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}")
MAX_BREAKPOINTS: Final = 4
MAX_MESSAGES: Final = 100_000


def check_version(headers: Mapping[str, str]) -> str:
    """The API version of a request. Raises `ApiError` 400."""
    version = headers.get("anthropic-version")
    if not version:
        raise invalid("anthropic-version: header is required")
    if version not in VERSIONS:
        raise invalid(f'anthropic-version: "{version}" is not a valid version')
    return version


def check_request(
    body: Any, *, version: str, catalogue: ModelCatalogue, counting: bool = False
) -> tuple[dict[str, Any], ModelCard]:
    """The body and the model of a valid request. `counting`: for `count_tokens`, where no length is asked.

    Raises `ApiError` 400, or 404 for an unknown model.
    """
    if not isinstance(body, dict):
        raise invalid("The request body is not a valid JSON object.")
    for name in ("model", "messages") if counting else ("model", "max_tokens", "messages"):
        if name not in body:
            raise invalid(f"{name}: Field required")
    for name in body:
        if name not in FIELDS:
            raise invalid(f"{name}: Extra inputs are not permitted")
    for name in SAMPLING:
        if name in body and version == NEW_VERSION:
            raise invalid(f"{name}: sampling parameters are not supported in API version {NEW_VERSION}")
    card = catalogue.find(body["model"])
    if not counting:
        _check_lengths(body, card)
    _check_tools(body)
    _check_system(body.get("system"))
    _check_messages(body["messages"], card, version)
    _check_thinking(body, card)
    _check_breakpoints(body)
    return body, card


def _check_lengths(body: Mapping[str, Any], card: ModelCard) -> None:
    max_tokens = body["max_tokens"]
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool):
        raise invalid("max_tokens: Input should be a valid integer")
    if max_tokens < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    if max_tokens > card.max_tokens:
        raise invalid(
            f"max_tokens: {max_tokens} > {card.max_tokens}, which is the maximum allowed number of output "
            f"tokens for {card.id}"
        )
    if not isinstance(body.get("stream", False), bool):
        raise invalid("stream: Input should be a valid boolean")
    sequences = body.get("stop_sequences", [])
    if not isinstance(sequences, list) or not all(isinstance(each, str) for each in sequences):
        raise invalid("stop_sequences: Input should be a valid list of strings")
    if any(not each.strip() for each in sequences):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_tools(body: Mapping[str, Any]) -> None:
    tools = body.get("tools")
    if tools is not None:
        if not isinstance(tools, list):
            raise invalid("tools: Input should be a valid list")
        problem = _tool_problem(json.dumps(tools, separators=(",", ":")))
        if problem:
            raise invalid(problem)
    choice = body.get("tool_choice")
    if choice is None:
        return
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind not in ("auto", "any", "tool", "none"):
        raise invalid(
            "tool_choice: Input tag found does not match any of the expected tags: 'auto', 'any', "
            "'tool', 'none'"
        )
    if not tools and kind != "none":
        raise invalid("tool_choice: `tool_choice` may only be specified while providing `tools`.")
    if kind == "tool" and choice.get("name") not in {tool["name"] for tool in tools or ()}:
        raise invalid(f"tool_choice: Tool '{choice.get('name')}' not found in provided tools")


@lru_cache(maxsize=256)
def _tool_problem(tools_json: str) -> str | None:
    """What is wrong with a tool list, checked once for equal lists."""
    seen: set[str] = set()
    for index, tool in enumerate(json.loads(tools_json)):
        where = f"tools.{index}"
        if not isinstance(tool, dict):
            return f"{where}: Input should be a valid dictionary"
        if tool.get("type") not in (None, "custom"):
            return (
                f"{where}: Input tag '{tool['type']}' found using 'type' does not match any of the "
                f"expected tags"
            )
        where += ".custom"
        name, schema = tool.get("name"), tool.get("input_schema")
        if not isinstance(name, str):
            return f"{where}.name: Field required"
        if not TOOL_NAME.fullmatch(name):
            return f"{where}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        if name in seen:
            return "tools: Tool names must be unique."
        seen.add(name)
        if not isinstance(tool.get("description", ""), str):
            return f"{where}.description: Input should be a valid string"
        if not isinstance(schema, dict):
            return f"{where}.input_schema: Field required"
        if "type" not in schema:
            return f"{where}.input_schema.type: Field required"
        if schema["type"] != "object":
            return f"{where}.input_schema.type: Input should be 'object'"
        if any(word in schema for word in ("oneOf", "allOf", "anyOf")):
            return (
                f"{where}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
            )
        if not jsonschema_rs.meta.is_valid(schema):
            return f"{where}.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12"
    return None


def _check_system(system: Any) -> None:
    if system is None or isinstance(system, str):
        return
    if not isinstance(system, list):
        raise invalid("system: Input should be a valid string or a list of text blocks")
    for index, block in enumerate(system):
        if not isinstance(block, dict) or block.get("type") != "text":
            raise invalid(f"system.{index}.type: Input should be 'text'")
        if not isinstance(block.get("text"), str) or not block["text"]:
            raise invalid("system: text content blocks must be non-empty")


def _check_messages(messages: Any, card: ModelCard, version: str) -> None:
    if not isinstance(messages, list):
        raise invalid("messages: Input should be a valid list")
    if not messages:
        raise invalid("messages: at least one message is required")
    if len(messages) > MAX_MESSAGES:
        raise invalid(f"messages: at most {MAX_MESSAGES} messages are allowed")
    for index, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("user", "assistant", "system"):
            raise invalid(f"messages.{index}.role: Input should be 'user' or 'assistant'")
        if index == 0 and role != "user":
            raise invalid('messages: first message must use the "user" role')
        last = index == len(messages) - 1
        _check_content(message.get("content"), role, f"messages.{index}", last=last, version=version)
    if messages[-1]["role"] == "assistant":
        _check_prefill(messages[-1]["content"], card)
    _check_pairs(messages)


def _check_content(content: Any, role: str, where: str, *, last: bool, version: str) -> None:
    if not isinstance(content, str | list):
        problem = "Field required" if content is None else "Input should be a valid list"
        raise invalid(f"{where}.content: {problem}")
    if not content and not (last and role == "assistant"):
        raise invalid(
            f"{where}: all messages must have non-empty content except for the optional final "
            f"assistant message"
        )
    if isinstance(content, str):
        return
    seen_other = False
    for place, block in enumerate(content):
        at = f"{where}.content.{place}"
        kind = block.get("type") if isinstance(block, dict) else None
        if role == "assistant" and kind == "document" and version == NEW_VERSION:
            raise invalid(f"{at}: `document` blocks are not allowed directly in assistant messages")
        allowed = ASSISTANT_BLOCKS if role == "assistant" else USER_BLOCKS
        if kind not in allowed:
            raise invalid(
                f"{at}: Input tag '{kind}' found using 'type' does not match any of the expected tags"
            )
        _check_block(block, at, role, version)
        if role == "user" and kind == "tool_result" and seen_other:
            raise invalid(f"{at}: `tool_result` blocks must come before other content in a user message")
        seen_other = seen_other or kind != "tool_result"


def _check_block(block: dict[str, Any], at: str, role: str, version: str) -> None:
    match block["type"]:
        case "text":
            if not isinstance(block.get("text"), str):
                raise invalid(f"{at}.text.text: Field required")
            if not block["text"]:
                raise invalid("messages: text content blocks must be non-empty")
            if not block["text"].strip():
                raise invalid("messages: text content blocks must contain non-whitespace text")
            if role == "user" and block.get("citations") and version == NEW_VERSION:
                raise invalid(f"{at}.text.citations: must be empty on user text blocks")
        case "tool_use":
            for name in ("id", "name", "input"):
                if name not in block:
                    raise invalid(f"{at}.tool_use.{name}: Field required")
            if not isinstance(block["input"], dict):
                raise invalid(f"{at}.tool_use.input: Input should be a valid dictionary")
        case "tool_result":
            if not isinstance(block.get("tool_use_id"), str):
                raise invalid(f"{at}.tool_result.tool_use_id: Field required")
            if not isinstance(block.get("content", ""), str | list):
                raise invalid(f"{at}.tool_result.content: Input should be a valid string or list")
        case "thinking":
            for name in ("thinking", "signature"):
                if not isinstance(block.get(name), str):
                    raise invalid(f"{at}.thinking.{name}: Field required")
        case _:
            return


def _check_prefill(content: Any, card: ModelCard) -> None:
    if card.thinking == "adaptive":
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a "
            "user message."
        )
    text = content if isinstance(content, str) else content[-1].get("text", "") if content else ""
    if text != text.rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")


def _check_pairs(messages: list[dict[str, Any]]) -> None:
    """Each tool_use is answered in the next message, and each tool_result answers one."""
    merged: list[tuple[str, int, list[Any]]] = []
    for index, message in enumerate(messages):
        content = message["content"]
        blocks = content if isinstance(content, list) else []
        if merged and merged[-1][0] == message["role"]:
            merged[-1][2].extend(blocks)
        else:
            merged.append((message["role"], index, list(blocks)))
    for place, (role, index, blocks) in enumerate(merged):
        calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if len(set(calls)) != len(calls):
            raise invalid(f"messages.{index}.content: `tool_use` ids must be unique")
        following = merged[place + 1][2] if place + 1 < len(merged) else []
        answered = [block["tool_use_id"] for block in following if block["type"] == "tool_result"]
        missing = [each for each in calls if each not in answered]
        if missing:
            raise invalid(
                f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately "
                f"after: "
                f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` "
                f"block in "
                "the next message."
            )
        if role != "user":
            continue
        before = merged[place - 1][2] if place else []
        asked = {block["id"] for block in before if block["type"] == "tool_use"}
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        for number, each in enumerate(results):
            if each not in asked:
                raise invalid(
                    f"messages.{index}.content.{number}: unexpected `tool_use_id` found in "
                    f"`tool_result` blocks: "
                    f"{each}. Each `tool_result` block must have a corresponding `tool_use` block in the "
                    "previous message."
                )
            if each in results[:number]:
                raise invalid(
                    f"messages.{index}.content.{number}: each tool_use must have a single result. "
                    f"Found multiple "
                    f"`tool_result` blocks with id: {each}"
                )


def _check_thinking(body: Mapping[str, Any], card: ModelCard) -> None:
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    allowed = ("adaptive", "disabled") if card.thinking == "adaptive" else ("enabled", "disabled")
    if kind not in allowed:
        raise invalid(
            f"thinking.type: '{kind}' is not supported on {card.id}; use one of {', '.join(allowed)}"
        )
    if kind != "enabled":
        return
    budget = thinking.get("budget_tokens")
    if not isinstance(budget, int) or budget < 1024:
        raise invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if "max_tokens" in body and budget >= body["max_tokens"]:
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")


def _check_breakpoints(body: Mapping[str, Any]) -> None:
    found = breakpoints(body)
    if len(found) > MAX_BREAKPOINTS:
        raise invalid(
            f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {len(found)}."
        )
    short_seen = False
    for control in found:
        if control.get("type") != "ephemeral":
            raise invalid("cache_control.type: Input should be 'ephemeral'")
        ttl = control.get("ttl", "5m")
        if ttl not in ("5m", "1h"):
            raise invalid("cache_control.ephemeral.ttl: Input should be '5m' or '1h'")
        if ttl == "1h" and short_seen:
            raise invalid(
                "A ttl='1h' cache_control block must not come after a ttl='5m' cache_control block."
            )
        short_seen = short_seen or ttl == "5m"


def check_size(tokens: int, card: ModelCard) -> None:
    """Refuse a prompt over the context window. Raises `ApiError` 400."""
    if tokens > card.max_input_tokens:
        raise invalid(f"prompt is too long: {tokens} tokens > {card.max_input_tokens} maximum")


def check_key(headers: Mapping[str, str]) -> str:
    """The API key of a request, from `x-api-key` or a Bearer token. Raises `ApiError` 401.

    Any key is good, except one that contains `invalid`, so that a wrong key can be shown too.
    """
    bearer = headers.get("authorization", "")
    key = headers.get("x-api-key") or (bearer[7:].strip() if bearer[:7].lower() == "bearer " else "")
    if not key:
        raise ApiError(401, "x-api-key header is required")
    if "invalid" in key:
        raise ApiError(401, "invalid x-api-key" if headers.get("x-api-key") else "Invalid bearer token")
    return key
