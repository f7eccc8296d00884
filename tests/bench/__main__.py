"""Measure everything and print one table; exit 1 when a promise is not kept.

Promises about the simulator are ratios of numbers of one run, so that they hold on any machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import changes, interface, picking, readme, simulator, start, theory
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


PARTS = {
    "simulator": simulator,
    "changes": changes,
    "picking": picking,
    "peers": comparing,
    "theory": theory,
    "start": start,
    "interface": interface,
}


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for; ``--help`` and mistakes end here, before anything is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    wanted = parser.parse_args(arguments)
    for part in wanted.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; choose from {', '.join(PARTS)}")
    if wanted.write and wanted.parts:
        parser.error("--write needs all parts")
    return wanted


def main(arguments: list[str]) -> int:
    wanted = options(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted.parts or PARTS:
            for row in PARTS[name].measure(Path(folder)):
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
    if wanted.write:
        readme.write(rows)
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
