"""Circuit breakers and rate limits on the command line: switched on, checked, described, and left out of theory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run
from engine.cli.schema import design_schema
from engine.model.policies.breaker import Breaker
from engine.model.policies.rate_limit import RateLimit
from tests.helpers.builders import client, constant, link, node, raw_design

Capture = pytest.CaptureFixture[str]


def saved(tmp_path: Path, *, rate: float = 200.0, edge: Any = None, **config: Any) -> str:
    """A design of one service that can serve 1000 a second."""
    nodes = [
        client("users", rate),
        node("api", "service", service_time=constant(0.01), workers=10, **config),
    ]
    raw = raw_design(nodes, [link("users", "api", **(edge or {}))], duration=60, warmup=0)
    path = tmp_path / "plain.windtunnel"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return str(path)


def simulated(capsys: Capture, path: str, *settings: str) -> dict[str, Any]:
    options = [part for setting in settings for part in ("--set", setting)]
    assert run(["simulate", path, "--quiet", "--json", "-", *options]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_a_breaker_is_switched_on_by_one_of_its_fields(tmp_path: Path, capsys: Capture) -> None:
    path = saved(tmp_path)
    plain, on = simulated(capsys, path), simulated(capsys, path, "users-api.breaker.open=5")
    assert "extra" not in plain["links"]["users-api"]
    assert on["links"]["users-api"]["extra"] == {"open_share": 0.0, "opened": 0.0}
    assert plain["clients"] == on["clients"], "where nothing fails it changes nothing"


def test_a_rate_limit_is_switched_on_by_one_of_its_fields(tmp_path: Path, capsys: Capture) -> None:
    path = saved(tmp_path)
    few, none = "api.admission.rate_limit.rate=100", "api.admission.rate_limit.burst=10"
    extra = simulated(capsys, path, few)["nodes"]["api"]["extra"]
    most = 5000 + 60 * 100
    assert most - 10 < extra["admitted"] <= most, "a full bucket loses what comes before the first"
    result = simulated(capsys, path, few, none)
    assert 6000 <= result["nodes"]["api"]["extra"]["admitted"] <= 10 + 6000
    failed = result["clients"]["users"]["failed"]
    assert failed == {"rate_limited": result["nodes"]["api"]["extra"]["rate_limited"]}
    held = simulated(capsys, path, few, none, "api.admission.rate_limit.delay=true")
    assert held["nodes"]["api"]["extra"]["waiting"] > 5000


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("users-api.breaker.opn=5", "there is no field 'opn'; did you mean 'open'?"),
        ("users-api.breaker.open=-5", "breaker.open should be above 0, not -5"),
        ("users-api.breaker.open=soon", "'soon' is no quantity; write it like 250 ms or 2 s"),
        ("users-api.breaker.window=1.5", "breaker.window should be a whole number, not 1.5"),
        ("users-api.breaker.failure_share=200%", "breaker.failure_share should be at most 1"),
        ("users-api.breaker=5", "breaker should be an object, not 5"),
        ("api.admission.rate_limit.rat=5", "there is no field 'rat'; did you mean 'rate'?"),
        ("api.admission.rate_limit.rate=0", "rate_limit.rate should be above 0, not 0"),
        (
            "api.admission.rate_limit.by=ip",
            "should be 'all', 'client', 'key', 'session', 'class' or 'tenant'",
        ),
        ("api.admission.rate_limit.burst=2.5", "burst should be a whole number, not 2.5"),
        ("api.admission.rate=5", "there is no field 'rate'; write waiting_room, auth, rate_limit"),
        ("users.admission.rate_limit.rate=5", "there is no field 'admission'"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(
    setting: str, says: str, tmp_path: Path, capsys: Capture
) -> None:
    assert run(["simulate", saved(tmp_path), "--set", setting]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"windtunnel: --set {setting}: ")
    assert captured.err.count("\n") == 1
    assert says in captured.err


def checked(capsys: Capture, path: str) -> str:
    """What `check` prints, in one line."""
    assert run(["check", path]) == 0
    return " ".join(part.strip() for part in capsys.readouterr().out.split())


def test_check_says_what_is_odd(tmp_path: Path, capsys: Capture) -> None:
    odd = {"rate_limit": {"rate": 100, "burst": 10}}
    said = checked(capsys, saved(tmp_path, edge={"breaker": {}}, admission=odd))
    for words in ("below the 200 rps that come", "50 %", "never sees a target that is only"):
        assert words in said
    useless = {"rate_limit": {"rate": 5000, "burst": 10}}
    assert "lets in more than" in checked(capsys, saved(tmp_path, admission=useless))
    useful = {"rate_limit": {"rate": 500, "burst": 50}}
    for edge in ({"breaker": {"slow_call": 0.5}}, {"breaker": {}, "timeout": 1.0}):
        said = checked(capsys, saved(tmp_path, edge=edge, admission=useful))
        assert "breaker" not in said
        assert "rate limit" not in said


@pytest.mark.parametrize("sort", [Breaker, RateLimit])
def test_the_schema_has_the_fields_with_their_units(sort: type[Breaker | RateLimit]) -> None:
    described = design_schema()["$defs"][sort.__name__]["properties"]
    assert list(described) == list(sort.model_fields)
    units = {"open": "s", "slow_call": "s", "rate": "rps", "failure_share": "%", "slow_share": "%"}
    units |= {"window": "s"} if sort is RateLimit else {}
    for name, field in described.items():
        assert field["title"]
        assert len(field["description"]) > 20
        assert field["unit"] == units.get(name, ""), name


def predicted(capsys: Capture, path: str) -> dict[str, Any]:
    assert run(["theory", path, "--json", "-"]) == 0
    return dict(json.loads(capsys.readouterr().out))


NUMBERS = ("wait", "residence", "utilization", "load")


def test_theory_names_what_it_does_not_model(tmp_path: Path, capsys: Capture) -> None:
    """With numbers where it does next to nothing, without where it bites."""
    calm = {"rate_limit": {"rate": 500, "burst": 50}}
    edge = {"breaker": {}, "timeout": 5.0}
    api = predicted(capsys, saved(tmp_path, edge=edge, admission=calm))["nodes"]["api"]
    assert all(api[name] is not None for name in NUMBERS)
    assert not any("rate limit" in each or "circuit breaker" in each for each in api["doubts"])
    near = saved(tmp_path, rate=980.0, edge=edge | {"timeout": 0.05})
    doubts = predicted(capsys, near)["nodes"]["api"]["doubts"]
    assert "not modelled: circuit breaker of Users → Api" in doubts


@pytest.mark.parametrize(
    "limit", [{"rate": 100, "burst": 10}, {"rate": 210, "burst": 50}, {"rate": 1000, "burst": 1}]
)
@pytest.mark.parametrize("delay", [True, False])
@pytest.mark.parametrize("by", ["all", "key"])
def test_theory_says_no_times_where_a_rate_limit_bites(
    limit: dict[str, Any], by: str, tmp_path: Path, capsys: Capture, *, delay: bool
) -> None:
    admission = {"rate_limit": limit | {"delay": delay, "by": by}}
    found = predicted(capsys, saved(tmp_path, admission=admission))
    api, users = found["nodes"]["api"], found["clients"]["users"]
    assert [api[name] for name in NUMBERS] == [None] * 4
    assert "rate limit" in api["reason"]
    assert users["latency"] is None
    assert users["goodput"] is None
