"""Exports: a row a run and a summary, with the same numbers in each format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.study import Replicate
from engine.study.export import ExportError, check_export, export
from tests.engine.study.helpers import outcomes, variant

STUDY = Replicate(variant("web.workers=3", "web.discipline=lifo"), seeds=3)


def test_csv_has_a_row_a_run_and_a_summary(tmp_path: Path) -> None:
    done = outcomes(STUDY)
    written = export(STUDY, done, tmp_path / "out.csv")
    assert [path.name for path in written] == ["out.csv", "out.summary.csv"]
    with written[0].open() as file:
        rows = list(csv.DictReader(file))
    assert [row["seed"] for row in rows] == ["5", "6", "7"]
    assert {(row["web.workers"], row["web.discipline"]) for row in rows} == {("3", "lifo")}
    values = STUDY.conclude(done).table("replications").column("users.latency.p99")
    assert [float(row["users.latency.p99"]) for row in rows] == values
    with written[1].open() as file:
        summary = list(csv.DictReader(file))
    assert [row["metric"] for row in summary] == list(STUDY.metrics)


def test_json_has_report_and_runs(tmp_path: Path) -> None:
    done = outcomes(STUDY)
    (path,) = export(STUDY, done, tmp_path / "out.json")
    made = json.loads(path.read_text())
    report = STUDY.conclude(done)
    assert made["windtunnel_study"] == 1
    assert made["hash"] == report.hash
    assert made["tables"]["metrics"]["rows"] == report.table("metrics").records()
    assert [run["key"] for run in made["runs"]] == [point.key for point in STUDY.points(done)]


def test_parquet_has_the_same_numbers(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    done = outcomes(STUDY)
    written = export(STUDY, done, tmp_path / "out.parquet")
    table = parquet.read_table(written[0]).to_pydict()
    values = STUDY.conclude(done).table("replications").column("users.latency.p99")
    assert table["users.latency.p99"] == values
    assert table["web.discipline"] == ["lifo"] * 3
    assert parquet.read_table(written[1]).to_pydict()["metric"] == list(STUDY.metrics)


def test_without_its_library_parquet_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"windtunnel\[parquet\]"):
        check_export(tmp_path / "out.parquet")


def test_what_cannot_be_written_is_refused_before_the_study(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="let the name end in"):
        check_export(tmp_path / "out.xlsx")
    with pytest.raises(ExportError, match="make it first"):
        check_export(tmp_path / "nowhere" / "out.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "other.summary.csv").mkdir()
    for name in ("folder.csv", "other.csv"):
        with pytest.raises(ExportError, match="it is a folder, not a file; choose another place"):
            check_export(tmp_path / name)
        with pytest.raises(ExportError, match="choose another place"):
            export(STUDY, {}, tmp_path / name)
    assert not (tmp_path / "folder.summary.csv").exists()


def test_what_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text("kept")
    check_export(old)
    check_export(tmp_path / "new.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]
    assert old.read_text() == "kept"
