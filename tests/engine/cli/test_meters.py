"""What the command line measures because somebody asks for it, and findings as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.errors import BAD_INPUT, MISSED, OK
from engine.cli.main import run

DESIGN: dict[str, Any] = {
    "windtunnel": 1,
    "title": "Shop",
    "nodes": [
        {
            "id": "users",
            "kind": "client",
            "config": {"arrivals": {"process": "poisson", "rate": 50}},
        },
        {"id": "web", "kind": "service", "config": {"workers": 4}},
    ],
    "links": [{"id": "users-web", "source": "users", "target": "web"}],
    "scenario": {"duration": 30, "warmup": 10},
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return stored(tmp_path, DESIGN)


def stored(folder: Path, design: dict[str, Any]) -> Path:
    path = folder / "shop.windtunnel"
    path.write_text(json.dumps(design), "utf-8")
    return path


def result_of(shop: Path, *options: str) -> dict[str, Any]:
    out = shop.with_suffix(".json")
    assert run(["simulate", str(shop), "--quiet", "--json", str(out), *options]) == OK
    found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return found


def test_a_series_changes_nothing_but_adds_up(shop: Path) -> None:
    plain, asked = result_of(shop), result_of(shop, "--series", "5s")
    assert "series" not in plain
    assert asked["hash"] == plain["hash"]
    users = asked["series"]["clients"]["users"]
    assert asked["series"]["step"] == 5.0
    assert len(users["offered"]) == 6
    assert sum(users["offered"][2:]) == plain["clients"]["users"]["offered"]


@pytest.mark.parametrize("step", ["0", "-1", "1e-9", "soon"])
def test_a_step_that_makes_no_sense(
    step: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", str(shop), "--quiet", "--series", step]) == BAD_INPUT
    assert "--series" in capsys.readouterr().err


def test_how_everything_stands_at_an_instant(shop: Path) -> None:
    killed = {"at": 12, "duration": 5, "target": "web", "change": "kill"}
    events = {"scenario": DESIGN["scenario"] | {"events": [killed]}}
    path = stored(shop.parent, DESIGN | events)
    plain = result_of(path)
    asked = result_of(path, "--at", "0.25min", "--at", "0", "--at", "30", "--at", "15s")
    assert asked["hash"] == plain["hash"]
    begin, down, end = asked["instants"]
    assert [each["at"] for each in asked["instants"]] == [0.0, 15.0, 30.0]
    assert begin["nodes"]["web"]["in_system"] == begin["clients"]["users"]["in_system"] == 0
    assert [each["state"] for each in down["nodes"]["web"]["instances"]] == ["down"]
    assert down["nodes"]["web"]["busy"] == 0
    web = end["nodes"]["web"]
    assert web["instances"][0]["state"] == "ready"
    assert web["in_system"] == web["busy"] + web["waiting"]
    assert end["links"]["users-web"]["in_flight"] == end["clients"]["users"]["in_system"]


@pytest.mark.parametrize("time", ["-1", "31", "later"])
def test_an_instant_outside_the_run(
    time: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", str(shop), "--quiet", "--at", time]) == BAD_INPUT
    assert "--at" in capsys.readouterr().err


def test_a_metric_that_is_only_there_on_request(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["users.latency.above.0.01", "web.instances.0.utilization"]
    options = [option for name in names for option in ("--metric", name)]
    found = result_of(shop, *options)["metrics"]
    assert list(found) == names
    assert 0.0 < found[names[0]] < 1.0
    for wrong in (
        "users.speed.above.1",
        "web.instances.0.colour",
        "nobody.goodput",
        "users-web.instances.0.failed",
    ):
        assert run(["simulate", str(shop), "--quiet", "--metric", wrong]) == BAD_INPUT
        assert "--metric" in capsys.readouterr().err


def test_objectives_over_a_part_of_the_run(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    objectives = [
        {"metric": "users.goodput", "from": 12, "to": 20, "above": 30},
        {"metric": "web.queue", "to": 20, "equals": 0},
        {"metric": "users.goodput", "from": 20, "to": 60, "above": 1},
    ]
    design = stored(shop.parent, DESIGN | {"objectives": objectives})
    assert run(["simulate", str(design)]) == MISSED
    shown = " ".join(capsys.readouterr().out.split())
    assert "users.goodput from 12 s to 20 s" in shown
    assert "missed: the run ended at 30 s, before 60 s" in shown
    assert run(["check", str(design), "--json", "-"]) == OK
    (finding,) = [
        each
        for each in json.loads(capsys.readouterr().out)["findings"]
        if each["code"] == "objective-outside"
    ]
    assert finding["level"] == "warning"
    assert finding["field"] == "objectives.2.to"


@pytest.mark.parametrize(
    "objective",
    [
        {"metric": "users.goodput", "from": 20, "to": 10, "above": 1},
        {"metric": "users.goodput", "from": 20, "to": 20, "above": 1},
        {"metric": "users.goodput", "from": -1, "above": 1},
        {"metric": "users.goodput", "from": 1},
    ],
)
def test_objectives_that_mean_nothing_are_refused(
    objective: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(stored(tmp_path, DESIGN | {"objectives": [objective]}))]) == BAD_INPUT
    assert "objectives" in capsys.readouterr().err


def test_findings_as_json_keep_the_exit_code(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = DESIGN | {"objectives": [{"metric": "web.speed", "above": 1}]}
    out = shop.with_suffix(".json")
    assert run(["check", str(stored(shop.parent, broken)), "--json", str(out)]) == BAD_INPUT
    assert "web.speed" in capsys.readouterr().out
    found = json.loads(out.read_text("utf-8"))
    assert found["windtunnel_check"] == 1
    error = next(each for each in found["findings"] if each["level"] == "error")
    assert error["code"] == "unknown-metric"
    assert set(error) == {"level", "code", "id", "field", "message", "fix"}
    fixes = [each["fix"] for each in found["findings"] if each["fix"] is not None]
    assert all(fix["label"] and "edit" in fix for fix in fixes)


def test_studies_ask_for_shares_and_parts_of_the_run(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = ["study", "replicate", str(shop), "--seeds", "2", "--json", "-", "--quiet"]
    more = ["--metric", "users.latency.above.0.02", "--objective", "users.goodput>20@12..20"]
    assert run([*study, *more]) == OK
    tables = json.loads(capsys.readouterr().out)["tables"]
    text = json.dumps(tables)
    assert "users.latency.above.0.02" in text
    assert "from 12 s to 20 s" in text
