"""``windtunnel schema``: the JSON schema of design files, read from the living types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from engine.catalog import COMPONENTS
from engine.cli.errors import OK
from engine.cli.json_out import to_output
from engine.model.design import Design
from engine.model.event_kinds import EVENT_KINDS
from engine.model.frame import FrameConfig
from engine.model.link import LinkConfig

if TYPE_CHECKING:
    from pydantic import BaseModel

    from engine.model.event_record import EventKind

_FACTS = ("title", "description", "default", "unit", "group", "editor")
"""What describes a field, whatever its value is."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def print_schema() -> int:
    """Print it."""
    to_output(json.dumps(design_schema(), indent=2) + "\n")
    return OK


def design_schema() -> dict[str, Any]:
    """The schema of a design file; a node's config depends on its kind, unknown kinds are allowed."""
    models: list[type[BaseModel]] = [
        Design,
        LinkConfig,
        FrameConfig,
        *(component.config for component in COMPONENTS),
    ]
    names, whole = models_json_schema(
        [(model, "validation") for model in models], by_alias=True, ref_template="#/$defs/{model}"
    )
    definitions: dict[str, Any] = whole["$defs"]
    refs = {model: names[model, "validation"] for model in models}
    node = definitions["Node"]
    node["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": component.kind}}, "required": ["kind"]},
            "then": {"properties": {"config": refs[component.config]}},
        }
        for component in COMPONENTS
    ]
    definitions["Event"]["allOf"] = [_only_what_it_reads(kind) for kind in EVENT_KINDS]
    definitions["Link"]["properties"]["config"] = refs[LinkConfig]
    definitions["Frame"]["properties"]["config"] = refs[FrameConfig]
    for definition in definitions.values():
        _allow_quantities(definition)
    design = definitions.pop(refs[Design]["$ref"].rpartition("/")[2])
    return {"$schema": _DIALECT, **design, "$defs": definitions}


def _allow_quantities(definition: dict[str, Any]) -> None:
    """Let numbers with a unit be written as text, as ``engine.model.quantities`` reads them."""
    for name, field in definition.get("properties", {}).items():
        if not field.get("unit"):
            continue
        branches = field.get("anyOf", [field])
        if any(branch.get("type") == "number" for branch in branches):
            facts = {key: field[key] for key in _FACTS if key in field}
            inner = {key: value for key, value in field.items() if key not in _FACTS}
            more = inner.get("anyOf", [inner])
            definition["properties"][name] = facts | {"anyOf": [*more, {"type": "string"}]}


def _only_what_it_reads(kind: EventKind) -> dict[str, Any]:
    """An event of a kind has the fields that the kind needs, and none that only others read."""
    own = {field.name for field in kind.fields}
    others = [
        name for each in EVENT_KINDS for field in each.fields if (name := field.name) not in own
    ]
    return {
        "if": {"properties": {"change": {"const": kind.name}}, "required": ["change"]},
        "then": {
            "required": [field.name for field in kind.fields if field.required],
            "properties": {name: {"type": "null"} for name in others},
        },
    }
