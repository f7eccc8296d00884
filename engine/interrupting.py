"""When an exception may be raised from outside into what is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

SOON: Final = 0.002
"""Wall seconds after which to try again what may not be interrupted now."""
_RUST: Final = "pydantic"
"""Package below whose frames there may be Rust, which panics, and prints that, when Python raises where it expects none."""


_SWALLOWED: Final = {"cb", "remove", "_remove", "__del__"}
"""Functions that Python calls when something goes away: what they raise it prints, and goes on."""


def is_amid_something(frame: FrameType | None) -> bool:
    """Whether something is at work on the stack that must not be cut off, or in which nothing can be raised."""
    while frame is not None:
        if frame.f_code.co_name in _SWALLOWED:
            return True
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == _RUST:
            return True
        frame = frame.f_back
    return False
