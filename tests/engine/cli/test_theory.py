"""`windtunnel theory`: predictions in the terminal and as JSON, alone and beside a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run
from tests.helpers.builders import client, exponential, link, node, raw_design


@pytest.fixture
def shop(tmp_path: Path) -> str:
    nodes = [
        client("users", 80.0),
        node("web", "service", workers=1, service_time=exponential(0.01)),
    ]
    raw = raw_design(nodes, [link("users", "web")], duration=60, warmup=0)
    path = tmp_path / "shop.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return str(path)


def written(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    assert run(["theory", *argv, "--json", "-"]) == 0
    out: dict[str, Any] = json.loads(capsys.readouterr().out)
    return out


def test_predictions_alone(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(capsys, shop)
    assert out["windtunnel_theory"] == 1
    assert out["nodes"]["web"]["model"] == "M/M/1"
    assert out["nodes"]["web"]["wait"] == pytest.approx(0.04)
    assert out["clients"]["users"]["latency"] == pytest.approx(0.05)
    assert "measured" not in out


def test_predictions_beside_a_run(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(capsys, shop, "--measure", "--quiet")
    measured = out["measured"]["nodes"]["web"]["residence"]["mean"]
    assert measured == pytest.approx(out["nodes"]["web"]["residence"], rel=0.5)


def test_load_and_settings_change_both(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    changes = ("--set", "web.workers=2", "--load", "2", "--measure", "--quiet")
    out = written(capsys, shop, *changes)
    assert out["nodes"]["web"]["model"] == "M/M/2"
    assert out["nodes"]["web"]["rate"] == pytest.approx(160.0)
    assert out["measured"]["nodes"]["web"]["arrivals"] / 60 == pytest.approx(160.0, rel=0.05)


def test_what_is_unbounded_is_null(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(capsys, shop, "--load", "0")
    assert out["clients"]["users"]["bound"] is None
    assert out["headroom"] is None


def test_the_table_names_model_and_doubts(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["theory", shop, "--load", "1.5"]) == 0
    out = capsys.readouterr().out
    assert "M/M/1" in out
    assert "unstable: offered 1.2 ×" in out


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["--load", "much"], "--load: 'much'"),
        (["--load", "-1"], "--load: -1 is out of range; write a factor from 0 to 1000"),
        (["--set", "web.wrkers=2"], "wrkers"),
    ],
)
def test_bad_input_is_one_line(
    shop: str, argv: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["theory", shop, *argv]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
