"""Results of a study as CSV, Parquet or JSON: a row a run, and a summary."""

from __future__ import annotations

import csv
import importlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.model.disk import check_place, write_to
from engine.model.files import reason_of
from engine.study.estimates import value_in
from engine.study.points import LOAD
from engine.study.report import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.study.points import Outcome, Point
    from engine.study.report import Cell, Report
    from engine.study.study import Study

FORMATS: Final = (".csv", ".parquet", ".json")


class ExportError(Exception):
    """A file that cannot be written. The message is one line: what, where, remedy."""


def export(study: Study, done: Mapping[str, Outcome], path: Path | str) -> list[Path]:
    """Write what a study found; the format is that of the file's ending.

    ``.json`` holds the report and all runs in one object. ``.csv`` and ``.parquet`` hold a row a run;
    the report's first table goes beside it, to ``NAME.summary.csv``.

    Returns:
        The files that were written.

    Raises:
        ExportError: an unknown ending, a folder that is not there, or no pyarrow for Parquet.
    """
    path = Path(path)
    check_export(path)
    report, table = study.conclude(done), runs_table(study, done)
    if path.suffix == ".json":
        texts = [json_text(report, table).encode()]
    else:
        packed = _csv if path.suffix == ".csv" else _parquet
        texts = [packed(table), packed(report.tables[0])]
    places = _places(path)
    for place, text in zip(places, texts, strict=True):
        try:
            write_to(place, text)
        except OSError as error:
            raise _refused(place, error) from error
    return places


def check_export(path: Path | str) -> None:
    """Refuse before a long study what could not be written after it. Raises ``ExportError``."""
    path = Path(path)
    if path.suffix not in FORMATS:
        msg = f"{path}: no known format; let the name end in .csv, .parquet or .json"
        raise ExportError(msg)
    if not path.parent.is_dir():
        msg = f"{path}: cannot be written: there is no folder {path.parent}; make it first"
        raise ExportError(msg)
    for place in _places(path):
        try:
            check_place(place)
        except OSError as error:
            raise _refused(place, error) from error
    if path.suffix == ".parquet":
        _pyarrow()


def _places(path: Path) -> list[Path]:
    """The files that are written: a table has a summary beside it."""
    if path.suffix == ".json":
        return [path]
    return [path, path.with_name(f"{path.stem}.summary{path.suffix}")]


def _refused(path: Path, error: OSError) -> ExportError:
    """Why a file cannot be written."""
    return ExportError(f"{path}: cannot be written: {reason_of(error)}; choose another place")


def json_text(report: Report, runs: Table) -> str:
    """The report with all runs as a JSON text."""
    made = report.to_json() | {"runs": runs.records()}
    return json.dumps(made, indent=2, allow_nan=False) + "\n"


def runs_table(study: Study, done: Mapping[str, Outcome]) -> Table:
    """A row a run: its variant, seed, settings and metrics."""
    points = [point for point in study.points(done) if point.key in done]
    names = list(dict.fromkeys(name for point in points for name in _settings(point)))
    columns = (
        Column("variant", "Variant"),
        Column("seed", "Seed"),
        Column(LOAD, "Load"),
        *(Column(name, name) for name in names),
        *(Column(metric, metric) for metric in study.reported),
        Column("error", "Error"),
        Column("hash", "Hash"),
        Column("key", "Key"),
    )
    rows = tuple(_row(study, point, names, done) for point in points)
    return Table("runs", "Runs", columns, rows)


def _row(
    study: Study, point: Point, names: Sequence[str], done: Mapping[str, Outcome]
) -> tuple[Cell, ...]:
    """A run."""
    outcome, settings = done[point.key], _settings(point)
    return (
        study.label_of(point),
        point.seed,
        point.variant.load,
        *(settings.get(name) for name in names),
        *(value_in(done, point, metric) for metric in study.reported),
        outcome.error,
        outcome.result["hash"] if outcome.result else None,
        point.key,
    )


def _settings(point: Point) -> dict[str, Cell]:
    """Fields that were set, with numbers as numbers."""
    pairs = (each.partition("=") for each in point.variant.settings)
    return {name.strip(): number_or_text(value.strip()) for name, _, value in pairs}


def number_or_text(text: str) -> Cell:
    """A number where it is one."""
    for cast in (int, float):
        try:
            return cast(text)
        except ValueError:
            continue
    return text


def _csv(table: Table) -> bytes:
    """Comma-separated, with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in table.rows)
    return text.getvalue().encode()


def _parquet(table: Table) -> bytes:
    """Parquet; a column with numbers and texts becomes one of texts."""
    arrow = _pyarrow()
    columns = {column.name: _uniform(table.column(column.name)) for column in table.columns}
    target = io.BytesIO()
    importlib.import_module("pyarrow.parquet").write_table(arrow.table(columns), target)
    return target.getvalue()


def _uniform(cells: list[Cell]) -> list[Cell]:
    """Cells of one type."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {int, float}:
        return [None if cell is None else float(cell) for cell in cells]
    if len(kinds) > 1:
        return [None if cell is None else str(cell) for cell in cells]
    return cells


def _pyarrow() -> Any:
    """The library that writes Parquet, where it is installed."""
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        msg = "Parquet needs an extra: pip install 'windtunnel[parquet]'; or write .csv"
        raise ExportError(msg) from error
