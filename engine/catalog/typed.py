"""From raw configs to typed ones, and from what is wrong with them to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from engine.catalog.registry import component
from engine.model.findings import Finding
from engine.model.frame import FrameConfig
from engine.model.link import DEFAULT_LINK, LinkConfig
from engine.model.words import describe

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from engine.model.design import Frame, Link, Node
    from engine.model.fields import Config

_C = TypeVar("_C", bound="Config")


class DesignError(ValueError):
    """A design that cannot run. ``findings`` says why; the message is the first of them, in one line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = findings[0]
        place = f"{first.id}: " if first.id else ""
        rest = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        known = first.field is None or first.field.removeprefix("config.") in first.message
        field = "" if known else f"{first.field}: "
        super().__init__(f"{place}{field}{first.message}{rest}")


def typed_config(node: Node) -> Config:
    """The typed config of a node.

    Raises:
        DesignError: for an unknown kind or wrong values.
    """
    found = component(node.kind)
    if found is None:
        message = f"This version knows no {node.kind!r}; update Windtunnel or replace the node"
        raise DesignError(
            (_error(node.id, "kind", message, code="unknown-kind"),),
        )
    return _typed(found.config, node)


def typed_link(link: Link) -> LinkConfig:
    """The typed config of a link.

    Raises:
        DesignError: for wrong values.
    """
    return _typed(LinkConfig, link) if link.config else DEFAULT_LINK


def typed_frame(frame: Frame) -> FrameConfig:
    """The typed config of a frame.

    Raises:
        DesignError: for wrong values.
    """
    return _typed(FrameConfig, frame)


def _typed(cls: type[_C], item: Node | Link | Frame) -> _C:
    """The item's raw config as a config class."""
    try:
        return cls.model_validate(item.config)
    except ValidationError as error:
        raise DesignError(tuple(_findings(error, item))) from error


def _findings(error: ValidationError, item: Node | Link | Frame) -> list[Finding]:
    """One finding a wrong field. Of the branches of a union, the one that got furthest speaks."""
    furthest: dict[str, tuple[list[str], ErrorDetails]] = {}
    for each in error.errors(include_url=False):
        path = _field_path(item.config, each)
        top = path[0] if path else ""
        if top not in furthest or len(path) > len(furthest[top][0]):
            furthest[top] = (path, each)
    return [
        _error(item.id, ".".join(("config", *path)), describe(".".join(path), each))
        for path, each in furthest.values()
    ]


def _field_path(config: Any, error: ErrorDetails) -> list[str]:
    """The fields on the way to an error, without the names of union branches."""
    path: list[str] = []
    value = config
    for part in error["loc"]:
        if _holds(value, part):
            value = value[part]
        elif not (error["type"] == "missing" and part is error["loc"][-1]):
            continue
        path.append(str(part))
    return path


def _holds(value: Any, part: int | str) -> bool:
    """Whether a raw value has something under a key or an index."""
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _error(item_id: str, field: str, message: str, code: str = "bad-value") -> Finding:
    """An error about a field."""
    return Finding(level="error", code=code, id=item_id, field=field, message=message)
