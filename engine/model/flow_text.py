"""Flows as people write them: the flow that the links tell, written out, and JSON that reads well."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from engine.model.flow import SERVICE_TIME
from engine.model.link import DEFAULT_LINK, LinkConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from engine.model.design import Design

    _Called = tuple[str, LinkConfig]
    """A link, and when and how it is called."""

_WIDTH: Final = 32
"""Characters up to which a list or an object stays on one line: what a form's column shows."""
_INDENT: Final = "  "
_RESCUES: Final[dict[str, str]] = {"failed": "failed", "miss_or_failed": "miss"}
"""What a link says that is used after a failure, and what it says of other requests."""


def flow_of_links(design: Design, node_id: str) -> list[JsonValue]:
    """What a service does without a flow of its own: its work, then its links in their order."""
    groups: dict[int, list[_Called]] = defaultdict(list)
    for link in design.links:
        if link.source == node_id:
            config = _config(link.config)
            groups[config.order].append((link.id, config))
    calls = (_group(design, groups[order]) for order in sorted(groups))
    return [{"work": SERVICE_TIME}, *calls]


def _group(design: Design, links: list[_Called]) -> JsonValue:
    """The links of one order as a step."""
    rescues = [(link, config) for link, config in links if config.when in _RESCUES]
    if len(links) == 1 or not rescues:
        return _side_by_side([_step(design, link, config) for link, config in links])
    ways: list[JsonValue] = []
    names: list[str | None] = [each.name for each in design.classes]
    for name in names or [None]:
        used = [each for each in rescues if not each[1].classes or name in each[1].classes]
        calls = [_saving(link, config) for link, config in used]
        if calls:
            ways.append({**_of_class(name), "when": "failed", "do": [_side_by_side(calls)]})
    usual = [
        _step(
            design, link, config.model_copy(update={"when": _RESCUES.get(config.when, config.when)})
        )
        for link, config in links
        if config.when != "failed"
    ]
    return {"choice": [*ways, {"do": [_side_by_side(usual)]}] if usual else ways}


def _side_by_side(steps: list[JsonValue]) -> JsonValue:
    """Steps at once."""
    return steps[0] if len(steps) == 1 else {"parallel": steps}


def _of_class(name: str | None) -> dict[str, JsonValue]:
    """The condition of a class; none where there is but one."""
    return {} if name is None else {"class": name}


def _saving(link_id: str, config: LinkConfig) -> JsonValue:
    """What a link does for a request whose call failed."""
    step = _call(link_id, config)
    if config.probability >= 1.0:
        return step
    return {"choice": [{"probability": config.probability, "do": [step]}]}


def _config(raw: dict[str, Any]) -> LinkConfig:
    """A link's config; the defaults where its values are wrong, which the findings say."""
    try:
        return LinkConfig.model_validate(raw)
    except ValidationError:
        return DEFAULT_LINK


def _call(link_id: str, config: LinkConfig) -> JsonValue:
    """The calls of a link, whoever makes them."""
    step: JsonValue = {"call": link_id}
    if config.times > 1:
        step = {"loop": config.times, "do": [step]}
    return {"async": [step]} if config.mode == "send" else step


def _step(design: Design, link_id: str, config: LinkConfig) -> JsonValue:
    """The call of a link as a step."""
    step = _call(link_id, config)
    conditions = _conditions(design, config)
    if conditions == [{}]:
        return step
    ways: list[JsonValue] = [{**condition, "do": [step]} for condition in conditions]
    return {"choice": ways}


def _conditions(design: Design, config: LinkConfig) -> list[dict[str, JsonValue]]:
    """When a link is called: one of these holds."""
    share: dict[str, JsonValue] = {}
    if config.probability < 1.0:
        share = {"probability": config.probability}
    when: dict[str, JsonValue] = {} if config.when == "always" else {"when": config.when}
    if config.when in ("always", "failed"):
        if config.classes is None:
            return [{**when, **share}]
        return [{"class": name, **when, **share} for name in config.classes]
    writes = [each.name for each in design.classes if each.operation == "write"]
    if config.classes is None:
        always: list[dict[str, JsonValue]] = [{"class": name, **share} for name in writes]
        return [*always, {**when, **share}]
    found: list[dict[str, JsonValue]] = []
    for name in config.classes:
        found.append({"class": name, **({} if name in writes else when), **share})
        if name in writes and config.when == "miss_or_failed":
            found.append({"class": name, "when": "failed", **share})
    return found


def flow_text(value: JsonValue) -> str:
    """A flow as JSON, short things on one line."""
    return "\n".join(_lines(value, "", 0))


def _lines(value: JsonValue, indent: str, before: int) -> list[str]:
    """Lines of a value before which the first line has so many characters, written by somebody else."""
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, list | dict) or before + len(short) <= _WIDTH:
        return [short]
    if isinstance(value, list):
        inside = indent + _INDENT
        parts = [_lines(each, inside, len(inside)) for each in value]
        return _wrapped("[", parts, "]", indent)
    parts = []
    for key, inner in value.items():
        name = f"{json.dumps(key, ensure_ascii=False)}: "
        first, *rest = _lines(inner, indent + _INDENT, len(indent + _INDENT + name))
        parts.append([name + first, *rest])
    return _wrapped("{", parts, "}", indent)


def _wrapped(opening: str, parts: Sequence[list[str]], closing: str, indent: str) -> list[str]:
    """Parts between brackets, each on lines of its own."""
    lines = [opening]
    for place, part in enumerate(parts):
        comma = "," if place < len(parts) - 1 else ""
        lines.append(f"{indent}{_INDENT}{part[0]}{comma if len(part) == 1 else ''}")
        lines += part[1:-1]
        if len(part) > 1:
            lines.append(f"{part[-1]}{comma}")
    return [*lines, f"{indent}{closing}"]


def read_flow_text(text: str) -> JsonValue:
    """The JSON in a text; nothing and ``none`` stand for no flow.

    Raises:
        ValueError: with the line, what is wrong there and what to do.
    """
    if text.strip().lower() in ("", "none", "null"):
        return None
    try:
        value: JsonValue = json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        msg = f"Line {error.lineno}, character {error.colno}: {_said(error.msg)}"
        raise ValueError(msg) from None
    except RecursionError:
        msg = "The flow is nested too deeply; write it flatter"
        raise ValueError(msg) from None
    if isinstance(value, list):
        return value
    msg = 'A flow is a list of steps; write it in [ ], such as [{"call": "id-of-a-link"}]'
    raise ValueError(msg)


def _refused(word: str) -> None:
    """JSON has no NaN and no infinity."""
    msg = f"{word} is no number; write digits"
    raise ValueError(msg)


def _said(message: str) -> str:
    """What the JSON reader found, with a remedy."""
    known = {
        "Expecting ',' delimiter": "a comma or a closing bracket is missing before this",
        "Expecting property name enclosed in double quotes": 'a name in "double quotes" should be here; '
        "is there a comma too many?",
        "Expecting value": "a value should be here; is there a comma too many?",
        "Expecting ':' delimiter": "a colon is missing after the name",
        "Extra data": "the flow ends before this; remove what comes after, or a bracket too many",
        "Illegal trailing comma before end of array": "a comma too many; remove it",
        "Illegal trailing comma before end of object": "a comma too many; remove it",
    }
    return known.get(message, f"{message[:1].lower()}{message[1:]}")
