"""Writing what a command found as JSON: to a file, or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from engine.cli.errors import InputError


def write_json(result: dict[str, Any], target: str) -> None:
    """Write an object to a file, or to standard output for ``-``. Raises ``InputError``."""
    text = json.dumps(result, indent=2, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, "utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"--json {target}: cannot be written: {reason}; choose another place"
        raise InputError(msg) from error
