"""``windtunnel check``: findings of a design as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.catalog import check
from engine.cli.errors import BAD_INPUT, OK, InputError
from engine.cli.json_out import write_json
from engine.cli.lazily import lazily
from engine.cli.terminal import shown
from engine.model.files import FileError, load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.cli import console, tables
    from engine.model import edit_json
    from engine.model.design import Design
    from engine.model.findings import Finding
else:
    # Nothing is drawn, and no edit is named, where nothing is found.
    console = lazily("engine.cli.console")
    edit_json = lazily("engine.model.edit_json")
    tables = lazily("engine.cli.tables")


def check_file(file: Path, json_out: str | None = None) -> int:
    """Print the findings; 2 where an error keeps the design from running. Raises ``InputError``.

    Args:
        file: A design file.
        json_out: Where the findings are written as JSON; ``-`` is standard output, which then has nothing else.
    """
    try:
        design = load(file)
    except FileError as error:
        raise InputError(str(error)) from error
    findings = check(design)
    if json_out is not None:
        write_json(_raw(design, findings), json_out)
    code = BAD_INPUT if any(finding.level == "error" for finding in findings) else OK
    if json_out == "-":
        return code
    if findings:
        console.output().print(tables.findings_table(findings, design))
    counts = [
        f"{count} {word}{'s' if count > 1 else ''}"
        for word in ("error", "warning", "risk")
        if (count := sum(finding.level == word for finding in findings))
    ]
    print(shown(f"{file.name}: {', '.join(counts) or 'no findings'}"))
    return code


def _raw(design: Design, findings: Iterable[Finding]) -> dict[str, Any]:
    """The findings as one object; a fix is the edit that settles its finding, as in recorded runs."""
    return {
        "windtunnel_check": 1,
        "title": design.title,
        "findings": [
            {
                "level": finding.level,
                "code": finding.code,
                "id": finding.id,
                "field": finding.field,
                "message": finding.message,
                "fix": None
                if finding.fix is None
                else {"label": finding.fix.label, "edit": edit_json.edit_to_json(finding.fix)},
            }
            for finding in findings
        ],
    }
