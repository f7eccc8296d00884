"""Data classes that cost little to define: hundreds of them are defined before a command does its work.

``dataclasses.dataclass`` writes and compiles the source of up to eight methods a class, which took a third
of a command's start. Here those that have to be fast (``__init__``, ``__eq__``, ``__hash__``) are compiled when they are first
called, and all classes share the others. The rest is as there: ``fields``, ``replace``, ``asdict``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from dataclasses import dataclass

    _Method = tuple[str, Callable[..., Any] | None]

__all__ = ["dataclass"]

_SET: Final = object.__setattr__


def _dataclass(
    cls: Any = None, /, *, frozen: bool = False, eq: bool = True, **options: bool
) -> Any:
    """What ``dataclasses.dataclass`` gives for the same options."""
    ordered = options.get("order") or options.get("unsafe_hash")

    def define(cls: Any) -> Any:
        if ordered or any(map(dataclasses.is_dataclass, cls.__mro__[1:])):
            return dataclasses.dataclass(cls, frozen=frozen, eq=eq, **options)
        own = set(vars(cls))
        made: Any = dataclasses.dataclass(cls, init=False, repr=False, eq=False, **options)
        made.__dataclass_params__.frozen = frozen  # as classes that inherit from it have to be
        assignment = "_SET(self, {0!r}, {1})" if frozen else "self.{0} = {1}"
        methods = [*_SHARED, ("__init__", _first_init(made, assignment))]
        if eq:
            methods += _comparison(made)
        if frozen:
            methods += _FROZEN_SLOTS if options.get("slots") else _FROZEN
        elif eq:
            methods.append(("__hash__", None))
        for name, method in methods:
            if name not in own:
                setattr(made, name, method)
        return made

    return define if cls is None else define(cls)


def _first_init(cls: Any, assignment: str) -> Callable[..., None]:
    """The ``__init__`` that makes the real one take its place."""

    def first(self: Any, /, *values: Any, **named: Any) -> None:
        cls.__init__ = _init(cls, assignment)
        cls.__init__(self, *values, **named)

    return first


def _init(cls: Any, assignment: str) -> Callable[..., None]:
    """The real ``__init__``: its parameters in the order of the fields, those by keyword last."""
    names: dict[str, Any] = {"_SET": _SET, "_MISSING": MISSING}
    placed, by_keyword, lines = ["self"], ["*"], []
    for each in fields(cls):
        parameter, value = _parameter(each, names)
        if each.init:
            (by_keyword if each.kw_only else placed).append(parameter)
        if value:
            lines.append(assignment.format(each.name, value))
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join(placed + (by_keyword if len(by_keyword) > 1 else []))
    made = _method(f"__init__({parameters})", "\n ".join(lines or ["pass"]), names)
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _parameter(each: Field[Any], names: dict[str, Any]) -> tuple[str, str]:
    """How a field is passed, and the expression of its value; the default gets a name to be known by."""
    name, default = each.name, f"_default_{each.name}"
    if each.default is not MISSING:
        names[default] = each.default
        return f"{name}={default}", name if each.init else default
    if each.default_factory is not MISSING:
        names[default] = each.default_factory
        made = f"{default}()"
        return (
            f"{name}=_MISSING",
            f"{made} if {name} is _MISSING else {name}" if each.init else made,
        )
    return name, name if each.init else ""


def _comparison(cls: Any) -> Iterator[_Method]:
    """Objects of one class are the same where the fields that are compared are. Compiled when first called."""

    def first_same(self: Any, other: Any) -> Any:
        cls.__eq__ = _method(
            "__eq__(self, other)",
            f"return {_values(cls, 'self')} == {_values(cls, 'other')} "
            "if other.__class__ is self.__class__ else NotImplemented",
        )
        return cls.__eq__(self, other)

    def first_hash(self: Any) -> int:
        cls.__hash__ = _method("__hash__(self)", f"return hash({_values(cls, 'self')})")
        return int(cls.__hash__(self))

    yield "__eq__", first_same
    yield "__hash__", first_hash


def _values(cls: Any, name: str) -> str:
    """The expression of what is compared of an object."""
    return f"({''.join(f'{name}.{each.name}, ' for each in fields(cls) if each.compare)})"


def _method(head: str, body: str, names: dict[str, Any] | None = None) -> Callable[..., Any]:
    """What some source defines; the names are known to it."""
    known = {} if names is None else names
    exec(f"def {head}:\n {body}", known)
    made: Callable[..., Any] = known[head.partition("(")[0]]
    return made


@recursive_repr()
def _repr(self: Any) -> str:
    """The fields by name."""
    shown = ", ".join(
        f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr
    )
    return f"{type(self).__qualname__}({shown})"


def _refuse_to_set(_self: Any, name: str, _value: Any) -> NoReturn:
    """Frozen."""
    msg = f"cannot assign to field {name!r}"
    raise FrozenInstanceError(msg)


def _refuse_to_delete(_self: Any, name: str) -> NoReturn:
    """Frozen."""
    msg = f"cannot delete field {name!r}"
    raise FrozenInstanceError(msg)


def _state(self: Any) -> list[Any]:
    """What copies and pickles keep of an object without a dictionary."""
    kind = type(self)
    values = ", ".join(f"self.{each.name}" for each in fields(kind))
    kind.__getstate__ = _method("__getstate__(self)", f"return [{values}]")
    state: list[Any] = kind.__getstate__(self)
    return state


def _restore(self: Any, state: Sequence[Any]) -> None:
    """Fill a new object, frozen or not."""
    kind = type(self)
    names = [each.name for each in fields(kind)]
    body = [f"[{', '.join(names)}] = state", *(f"_SET(self, {each!r}, {each})" for each in names)]
    kind.__setstate__ = _method("__setstate__(self, state)", "\n ".join(body), {"_SET": _SET})
    kind.__setstate__(self, state)


_SHARED: Final[tuple[_Method, ...]] = (("__repr__", _repr),)
_FROZEN: Final[tuple[_Method, ...]] = (
    ("__setattr__", _refuse_to_set),
    ("__delattr__", _refuse_to_delete),
)
_FROZEN_SLOTS: Final = (*_FROZEN, ("__getstate__", _state), ("__setstate__", _restore))

if not TYPE_CHECKING:
    # Type checkers know the original, whose options and objects these are.
    dataclass = _dataclass
