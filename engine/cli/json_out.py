"""Writing what a command found as JSON: to a file, or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from engine.cli.errors import InputError
from engine.model.disk import write_to
from engine.model.files import reason_of


def write_json(result: dict[str, Any], target: str) -> None:
    """Write an object to a file, or to standard output for ``-``. Raises ``InputError``."""
    text = json.dumps(result, indent=2, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    write_out(text, target, f"--json {target}")


def write_out(text: str, target: str, where: str) -> None:
    """Write a text to a file whole or not at all; ``where`` stands in the message. Raises ``InputError``."""
    try:
        write_to(Path(target), text.encode())
    except OSError as error:
        msg = f"{where}: cannot be written: {reason_of(error)}; choose another place"
        raise InputError(msg) from error
