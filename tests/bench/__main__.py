"""Measure everything and print one table; exit 1 when a promise is not kept.

With ``--write`` the table goes into the README as well.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import changes, interface, readme, simulator, theory
from tests.bench.peers import comparing
from tests.bench.row import Row

WIDTH = 116
"""Columns of the table in a log."""


def cells(row: Row) -> list[str]:
    sign = "≥" if row.better == "more" else "≤"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} × {row.reference_name}"
    verdict = "[green]kept[/]" if row.kept else "[red]missed[/]"
    return [
        row.name,
        f"{row.value:,.4g} {row.unit}",
        f"{sign} {row.bound:,.4g} {row.unit}",
        ratio,
        verdict,
    ]


def main() -> int:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in (simulator, changes, comparing, theory, interface):
            for row in part.measure(Path(folder)):
                console.print(f"[dim]{row.name}: {row.value:,.4g} {row.unit}[/]")
                rows.append(row)
    table = Table(title="Windtunnel, measured on this machine")
    for heading in ("what", "measured", "promised", "against", ""):
        table.add_column(
            heading, justify="right" if heading in {"measured", "promised"} else "left"
        )
    for row in rows:
        table.add_row(*cells(row))
    console.print(table)
    if "--write" in sys.argv[1:]:
        readme.write(rows)
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
