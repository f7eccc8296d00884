"""The words in which a broken law of the simulator is reported."""

from __future__ import annotations

ROUNDING = 1e-6
"""Relative difference of two sums of the same durations, added in different orders."""


class InvariantError(AssertionError):
    """The simulator broke one of its own laws: a bug, never a property of a design."""


def same(where: str, what: str, counted: float, accounted: float) -> None:
    """Two counts have to be equal.

    Raises:
        InvariantError: they are not.
    """
    if counted != accounted:
        msg = f"{where}: {what}: {counted:g} counted, {accounted:g} accounted for"
        raise InvariantError(msg)


def close(where: str, what: str, area: float, spent: float, scale: float) -> None:
    """Two sums have to be equal but for rounding.

    Raises:
        InvariantError: they are not.
    """
    if abs(area - spent) > ROUNDING * scale:
        msg = f"{where}: {what}: area {area:.9g} s, time spent {spent:.9g} s"
        raise InvariantError(msg)


def at_most(where: str, what: str, counted: float, bound: float) -> None:
    """A count has a bound.

    Raises:
        InvariantError: it is passed.
    """
    if counted > bound:
        msg = f"{where}: {what}: {counted:g}, at most {bound:g}"
        raise InvariantError(msg)
