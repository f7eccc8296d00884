"""What the command line refuses, in one clear line, and the exit codes."""

from __future__ import annotations

from typing import Final

OK: Final = 0
MISSED: Final = 1
"""The run is done, but an objective was not met."""
BAD_INPUT: Final = 2
BROKEN: Final = 3
"""An unexpected error: a fault of ours."""
STOPPED: Final = 4
"""The run was stopped before its end, at a limit of its own such as that of memory."""
INTERRUPTED: Final = 130
"""Ctrl-C; a polite kill ends with 143, as shells count."""


class InputError(Exception):
    """Something that the user gave cannot be used. The message is one line: what, where, remedy."""


class Interrupted(BaseException):
    """A signal that asks to end. Its one argument is the signal's number.

    No ``KeyboardInterrupt``, which whoever reads the arguments would turn into an exit without a word.
    """
