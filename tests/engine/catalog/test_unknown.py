"""A change that adds a field which nobody knows is refused; what a file brings along is only told of."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.catalog.overrides import OverrideError, override
from engine.model.design import Design
from tests.bench.designs import design, link, node, poisson


def shop(**event: Any) -> Design:
    nodes = [node("users", "client", 0, 0, **poisson(10.0)), node("web", "service", 300, 0)]
    raw = design("Shop", nodes, [link("users", "web")], 60.0)
    raw["scenario"]["events"] = [{"at": 1.0, "change": "set", **event}] if event else []
    return Design.model_validate(raw)


@pytest.mark.parametrize(
    ("target", "path", "value"),
    [
        ("web", "admission.rate_limit.ratee", 1),
        ("web", "admission.rate_limit", {"ratee": 5}),
        ("users-web", "breaker", {"windo": 5}),
    ],
)
def test_a_set_event_with_an_unknown_nested_field_is_an_error(
    target: str, path: str, value: Any
) -> None:
    errors = [
        each for each in check(shop(target=target, path=path, value=value)) if each.level == "error"
    ]
    assert errors
    assert "did you mean" in errors[0].message


def test_so_is_an_override() -> None:
    with pytest.raises(OverrideError, match="did you mean 'window'"):
        override(shop(), 'users-web.breaker={"windo": 3}')
