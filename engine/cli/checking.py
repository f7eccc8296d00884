"""``windtunnel check``: findings of a design as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog import check
from engine.cli.errors import BAD_INPUT, OK, InputError
from engine.cli.tables import findings_table, output
from engine.cli.terminal import shown
from engine.model.files import FileError, load

if TYPE_CHECKING:
    from pathlib import Path


def check_file(file: Path) -> int:
    """Print the findings; 2 where an error keeps the design from running. Raises ``InputError``."""
    try:
        design = load(file)
    except FileError as error:
        raise InputError(str(error)) from error
    findings = check(design)
    console = output()
    if findings:
        console.print(findings_table(findings, design))
    counts = [
        f"{count} {word}{'s' if count > 1 else ''}"
        for word in ("error", "warning", "risk")
        if (count := sum(finding.level == word for finding in findings))
    ]
    console.print(shown(f"{file.name}: {', '.join(counts) or 'no findings'}"))
    return BAD_INPUT if any(finding.level == "error" for finding in findings) else OK
