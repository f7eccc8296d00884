"""What several items have in common, found out one item after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

    from widgets.inspector.fields import Field, Path

_LONG: Final = 200
"""Values of a list or an object that is not written out any more."""


class SharedFields:
    """Fields of a first item, of which those stay that all others have too."""

    def __init__(self, first: Iterable[Field]) -> None:
        """All fields of the first item."""
        self._fields = {field.path: field for field in first}
        self._mixed: set[Path] = set()
        self._changed = {path for path, field in self._fields.items() if field.changed}

    @property
    def names(self) -> frozenset[str]:
        """Fields of the config itself that are left: nobody needs to look at others of the next item."""
        return frozenset(path[1] for path in self._fields if len(path) > 1)

    def take(self, fields: Iterable[Field]) -> None:
        """Compare with the next item."""
        twins = {field.path: field for field in fields}
        for path, field in [*self._fields.items()]:
            twin = twins.get(path)
            if twin is None or not _alike(field, twin):
                del self._fields[path]
                continue
            if twin.value != field.value:
                self._mixed.add(path)
            if twin.changed:
                self._changed.add(path)

    def fields(self) -> list[Field]:
        """What is left, with the values of the first and marks where others differ."""
        return [
            replace(field, mixed=path in self._mixed, changed=path in self._changed)
            for path, field in self._fields.items()
        ]


def _alike(field: Field, twin: Field) -> bool:
    """Whether two fields of different items may be edited as one."""
    return (field.shape, field.unit) == (twin.shape, twin.unit)


def likeness(value: JsonValue) -> str:
    """What tells a value from others: itself, written out.

    Of what is long, such as a recording, it is the place in memory: to write that out takes noticeably long.
    Two of them that are equal may be told apart then, and the value has to outlive the answer.
    """
    return repr(_brief(value))


def _brief(value: JsonValue) -> object:
    """A value in which long ones are replaced."""
    if not isinstance(value, dict | list):
        return value
    if len(value) > _LONG:
        return (id(value),)
    if isinstance(value, list):
        return [_brief(each) for each in value]
    return {name: _brief(each) for name, each in value.items()}
