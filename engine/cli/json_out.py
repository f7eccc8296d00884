"""Writing what a command found as JSON: to a file, or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from engine.cli.errors import InputError
from engine.model.disk import check_place, write_to
from engine.model.files import reason_of


def check_out(target: str | None, option: str = "--json") -> None:
    """Refuse before long work what could not be written after it. Raises ``InputError``."""
    if target == "-":
        _check_output()
    if target is None or target == "-":
        return
    try:
        check_place(Path(target))
    except OSError as error:
        raise _refused(f"{option} {target}", error) from error


def write_json(result: dict[str, Any], target: str) -> None:
    """Write an object to a file, or to standard output for ``-``. Raises ``InputError``."""
    text = json.dumps(result, indent=2, allow_nan=False) + "\n"
    if target == "-":
        to_output(text)
        return
    write_out(text, target, f"--json {target}")


def to_output(text: str) -> None:
    """Write a text to standard output. Raises ``InputError`` where that is closed."""
    _check_output()
    sys.stdout.write(text)


def _check_output() -> None:
    """Refuse to write to a standard output that was closed before the start. Raises ``InputError``."""
    if sys.stdout is None:
        msg = "the output: cannot be written: it is closed; choose another place"
        raise InputError(msg)


def write_out(text: str, target: str, where: str) -> None:
    """Write a text to a file whole or not at all; ``where`` stands in the message. Raises ``InputError``."""
    try:
        write_to(Path(target), text.encode())
    except BrokenPipeError:  # whoever read from it has seen enough
        raise
    except OSError as error:
        raise _refused(where, error) from error


def _refused(where: str, error: OSError) -> InputError:
    """Why something cannot be written."""
    return InputError(f"{where}: cannot be written: {reason_of(error)}; choose another place")
