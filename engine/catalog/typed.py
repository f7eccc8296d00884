"""From raw configs to typed ones, and from what is wrong with them to findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import ValidationError

from engine.catalog.registry import component
from engine.model.findings import Finding
from engine.model.link import LinkConfig

if TYPE_CHECKING:
    from engine.model.design import Link, Node
    from engine.model.fields import Config

_C = TypeVar("_C", bound="Config")
_BRANCHES: Final = frozenset(
    {
        "float",
        "int",
        "str",
        "constant",
        "exponential",
        "lognormal",
        "gamma",
        "hyperexponential",
        "uniform",
    }
    | {"pareto", "empirical", "poisson", "deterministic", "mmpp", "trace", "closed", "zipf"}
)
"""Tags of unions, which pydantic puts into the location of an error."""


class DesignError(ValueError):
    """A design that cannot run. ``findings`` says why; the message is the first of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = findings[0]
        place = ": ".join(part for part in (first.id, first.field) if part)
        super().__init__(f"{place}: {first.message}" if place else first.message)


def typed_config(node: Node) -> Config:
    """The typed config of a node.

    Raises:
        DesignError: for an unknown kind or wrong values.
    """
    found = component(node.kind)
    if found is None:
        message = (
            f"kind {node.kind!r} is unknown to this version; update Windtunnel or replace the node"
        )
        raise DesignError(
            (
                Finding(
                    level="error", code="unknown-kind", id=node.id, field="kind", message=message
                ),
            )
        )
    return _typed(found.config, node)


def typed_link(link: Link) -> LinkConfig:
    """The typed config of a link.

    Raises:
        DesignError: for wrong values.
    """
    return _typed(LinkConfig, link)


def _typed(cls: type[_C], item: Node | Link) -> _C:
    """The item's raw config as a config class."""
    try:
        return cls.model_validate_json(json.dumps(item.config))
    except ValidationError as error:
        raise DesignError(tuple(_findings(error, item.id))) from error


def _findings(error: ValidationError, item_id: str) -> list[Finding]:
    """One finding a wrong field; the branches of a union are told apart by the longest path."""
    found: dict[str, Finding] = {}
    for each in error.errors(include_url=False):
        parts = [str(part) for part in each["loc"] if not _is_branch(str(part))]
        field = ".".join(("config", *parts))
        message = each["msg"].removeprefix("Value error, ")
        found.setdefault(
            field,
            Finding(level="error", code="bad-value", id=item_id, field=field, message=message),
        )
    return list(found.values())


def _is_branch(part: str) -> bool:
    """Whether a part of a location names a branch of a union and no field."""
    return any(mark in part for mark in "[(-") or part in _BRANCHES
