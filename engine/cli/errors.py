"""What the command line refuses, in one clear line, and the exit codes."""

from __future__ import annotations

from typing import Final

OK: Final = 0
MISSED: Final = 1
"""The run is done, but an objective was not met."""
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


class InputError(Exception):
    """Something that the user gave cannot be used. The message is one line: what, where, remedy."""
