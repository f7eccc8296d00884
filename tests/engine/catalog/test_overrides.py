"""Settings from the command line: every field that a file may have can be set, or a line says why not."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from engine.catalog import COMPONENTS
from engine.catalog.overrides import override
from engine.catalog.typed import typed_config, typed_frame, typed_link
from engine.model.design import Design
from tests.helpers.builders import client, design, link, node

ODD = [
    "",
    "null",
    "true",
    "1e-300",
    "nan",
    "[]",
    "{}",
    '{"a": 1}',
    "x",
    '"',
    "-1",
    "1e999",
    "[[0,1]]",
]


def made(kind: str) -> Design:
    nodes = [client("users", 1.0), node("it", kind), node("web", "service", frame="eu")]
    classes = [{"name": "get"}, {"name": "put", "operation": "write"}]
    frames = [{"id": "eu", "kind": "region"}]
    links = [link("users", "it"), link("it", "web")]
    return design(nodes, links, classes=classes, frames=frames)


def fields(config: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = config.model_dump(mode="json", by_alias=True)
    return dumped


@pytest.mark.parametrize("kind", [each.kind for each in COMPONENTS])
def test_every_field_can_be_set_to_what_it_is(kind: str) -> None:
    before = made(kind)
    items = {
        "it": fields(typed_config(before.node_by_id["it"])),
        "users-it": fields(typed_link(before.link_by_id["users-it"])),
        "eu": fields(typed_frame(before.frame_by_id["eu"])),
    }
    for name, config in items.items():
        for field, value in config.items():
            text = value if isinstance(value, str) else json.dumps(value)
            after = override(before, f"{name}.{field}={text}")
            assert after.item(name).config[field] == value, field
            for odd in ODD:
                with contextlib.suppress(ValueError):  # refused in a line
                    override(before, f"{name}.{field}={odd}")
                with contextlib.suppress(ValueError):
                    override(before, f"{name}.{field}.{odd}=1")


def test_a_field_that_python_calls_otherwise() -> None:
    after = override(made("service"), "it-web.class=put")
    assert after.link_by_id["it-web"].config == {"class": "put"}
