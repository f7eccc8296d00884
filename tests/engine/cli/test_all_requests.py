"""The tables and names by which people ask for the times of all requests, failed ones too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import run
from tests.helpers.builders import client, constant, link, node, raw_design


def written(tmp_path: Path, seconds: float, **objective: object) -> Path:
    file = tmp_path / "one.windtunnel"
    made = raw_design(
        [client(), node("web", "service", service_time=constant(seconds))],
        [link("users", "web", timeout=0.5)],
        duration=40,
        warmup=0,
        objectives=[objective] if objective else [],
    )
    file.write_text(json.dumps(made))
    return file


def test_a_row_of_its_own_where_some_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["simulate", str(written(tmp_path, 2.0))])
    (row,) = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("  all requests")
    ]
    assert row.count("ms") == 5, "mean, p50, p95, p99 and max"


def test_none_where_nothing_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["simulate", str(written(tmp_path, 0.01))])
    assert "all requests" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("metric", "bound", "code"),
    [
        ("latency_all.p99", {"below": 0.6}, 0),
        ("latency_all.p99", {"below": 0.4}, 1),
        ("latency_all.above.0.25", {"above": 0.9}, 0),
        ("latency.p99", {"below": 0.6}, 1),
    ],
)
def test_objectives_ask_for_them(
    tmp_path: Path, metric: str, bound: dict[str, float], code: int
) -> None:
    file = str(written(tmp_path, 2.0, metric=f"users.{metric}", **bound))
    assert run(["simulate", file, "--quiet"]) == code
