"""When an exception may be raised from outside into what is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

SOON: Final = 0.002
"""Wall seconds after which to try again what may not be interrupted now."""
_RUST: Final = "pydantic"
"""Package below whose frames there may be Rust, which panics, and prints that, when Python raises where it expects none."""


def amid_validation(frame: FrameType | None) -> bool:
    """Whether a validation is at work somewhere on the stack, which must not be cut off."""
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == _RUST:
            return True
        frame = frame.f_back
    return False
