"""The metastability meter against the canonical storm (HotOS 2021) and other numbers, and its words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.model.units import format_instant
from engine.study import Metastability, Report, StudyError, Variant, run_point
from engine.study.hysteresis import loop_of
from tests.engine.study.helpers import conclude
from tests.helpers.builders import client, design, exponential, link, node

RETRY = {"attempts": 2, "backoff": {"base": 0, "jitter": "none"}}
SLOW = {"trigger": "slow", "target": "web", "lasting": 10.0, "factor": 10.0}


def storm(rate: float = 280.0, **more: Any) -> Variant:
    """A service that can do so many, callers that wait 1 s and try again at once."""
    web = {"workers": 3, "service_time": exponential(0.01)} | more.pop("web", {})
    call = {"timeout": 1.0, "retry": RETRY} | more.pop("call", {})
    nodes = [client("users", rate), node("web", "service", **web)]
    wanted = {"duration": 100, "warmup": 20, "seed": 1} | more
    return Variant.of(design(nodes, [link("users", "web", **call)], **wanted))


def triggered(variant: Variant, **more: Any) -> tuple[dict[str, Any], Report]:
    """What becomes of a design at its own load; the other runs are left out."""
    study = Metastability(variant, **(SLOW | more))
    point = study.points({})[0]
    assert point.variant.load == 1.0
    report = study.conclude({point.key: run_point(point)})
    (row,) = report.table("triggers").records()
    return row, report


def test_the_threshold_of_the_storm() -> None:
    """λ(1 + r) > cμ with cμ = 300 and r = 1: 145 rps recovers, 155 does not."""
    low, _ = triggered(storm(145.0))
    assert (low["predicted"], low["verdict"]) == ("recovers", "recovers")
    assert low["recovery"] == pytest.approx(
        (low["predicted_low"] + low["predicted_high"]) / 2, rel=0.3
    )
    high, report = triggered(storm(155.0))
    assert (high["predicted"], high["verdict"], high["backlog"]) == ("does not recover", "does not recover", "grows")  # fmt: skip
    assert report.sentences[1].startswith("Metastable: after Web slow × 10 for 10 s, it does not recover within ")  # fmt: skip
    assert report.met is False


@pytest.mark.parametrize(
    ("workers", "mean", "attempts", "rate", "verdict"),
    [
        (4, 0.02, 3, 63.0, "recovers"),
        (4, 0.02, 3, 71.0, "does not recover"),
        (1, 0.005, 2, 95.0, "recovers"),
        (1, 0.005, 2, 106.0, "does not recover"),
    ],
)
def test_the_threshold_at_other_numbers(
    workers: int, mean: float, attempts: int, rate: float, verdict: str
) -> None:
    web = {"workers": workers, "service_time": exponential(mean)}
    row, _ = triggered(storm(rate, web=web, call={"retry": RETRY | {"attempts": attempts}}))
    assert (row["predicted"], row["verdict"]) == (verdict, verdict)


@pytest.mark.parametrize(("rate", "early", "late"), [(200.0, 14.0, 17.0), (240.0, 30.0, 35.0)])
def test_without_retries_it_recovers_as_the_backlog_drains(
    rate: float, early: float, late: float
) -> None:
    row, report = triggered(storm(rate, call={"retry": {"attempts": 1}}))
    assert (row["predicted_low"], row["predicted_high"]) == (
        pytest.approx(early),
        pytest.approx(late),
    )
    assert 0.75 * early <= row["recovery"] <= 1.25 * late
    assert report.sentences[1].startswith("Stable: after Web slow × 10 for 10 s, it recovers ")


@pytest.mark.parametrize(("places", "verdict"), [(285, "recovers"), (360, "does not recover")])
def test_a_short_queue_rescues(places: int, verdict: str) -> None:
    """K ≤ cμ · timeout: 285 recovers, 360 does not."""
    row, _ = triggered(storm(web={"queue_limit": places}), watch=120.0)
    assert (row["predicted"], row["verdict"]) == (verdict, verdict)


def test_backoff_and_jitter_alone_cure_nothing() -> None:
    backoff = {"base": 0.1, "factor": 2.0, "cap": 20.0, "jitter": "full"}
    row, _ = triggered(storm(call={"retry": {"attempts": 2, "backoff": backoff}}), watch=200.0)
    assert (row["predicted"], row["verdict"]) == ("does not recover", "does not recover")


def test_the_loop_is_open_in_the_band_and_closed_without_retries() -> None:
    """Vulnerable: a small trigger does nothing, a large one keeps it down."""
    study = Metastability(
        storm(230.0), over=(0.4, 1.4), levels=6, hold=30.0, trigger="slow", factor=1.2, lasting=1.0, watch=40.0
    )  # fmt: skip
    report = conclude(study)
    states = dict(zip(report.table("loop").column("load"), report.table("loop").column("state"), strict=True))  # fmt: skip
    assert {load: states[load] for load in (0.4, 0.6, 0.8, 1.0, 1.2, 1.4)} == {
        0.4: "draining", 0.6: "draining", 0.8: "stuck", 1.0: "stuck", 1.2: "stuck", 1.4: "overloaded",
    }  # fmt: skip
    assert report.sentences[0].startswith(
        "Vulnerable: it recovers at once after Web slow × 1.2 for 1 s"
    )
    assert "The loop is open from load 0.8 to 1.2" in report.sentences[2]
    calm = Metastability(
        storm(230.0, web={"queue_limit": 150}), over=(0.4, 1.9), levels=6, hold=20.0, watch=40.0
    )
    report = conclude(calm)
    assert set(report.table("loop").column("state")) == {"closed", "overloaded"}
    assert report.sentences[0].startswith("Stable: ")
    assert report.sentences[1].endswith("a full queue is served before its callers give up.")
    assert report.met is True


def test_goodput_on_the_way_up_is_what_is_offered() -> None:
    study = Metastability(storm(100.0, call={"retry": {"attempts": 1}}), over=(0.5, 1.5), levels=3, hold=60.0)  # fmt: skip
    assert study.levels_up == (0.5, 1.0, 1.5)
    done = {point.key: run_point(point) for point in study.points({})[-1:]}
    loop = study.conclude(done).table("loop").records()
    for row in loop:
        assert row["up"] == pytest.approx(100.0 * float(row["load"] or 0), rel=0.08)
        assert row["down"] == pytest.approx(row["up"], rel=0.12)


def test_the_scenario_is_the_trigger_where_it_has_one() -> None:
    events = [
        {"at": 30, "duration": 10, "target": "web", "change": "slow", "factor": 10},
        {"at": 0, "change": "set", "target": "web", "path": "workers", "value": 4},
    ]
    study = Metastability(storm(140.0, events=events))
    assert (study.pushed.at, study.pushed.end, study.pushed.events) == (30.0, 40.0, ())
    ramp = study.points({})[-1].variant.made().scenario.events
    assert [event.change for event in ramp if event.change != "traffic"] == ["set"]
    row, report = triggered(storm(140.0, events=events[:1]), **dict.fromkeys(SLOW))
    assert row["trigger"] == "Web slow × 10 for 10 s"
    assert row["verdict"] == "recovers"
    assert f"(at {format_instant(40.0 + row['recovery'])})" in report.sentences[1]


def test_an_overloaded_design_says_so() -> None:
    row, report = triggered(storm(400.0), watch=30.0)
    assert (row["predicted"], row["verdict"]) == ("fails undisturbed", "fails undisturbed")
    assert report.sentences[1].startswith("Overloaded: ")


def test_the_prediction_is_checked_beside_its_edges() -> None:
    study = Metastability(storm(), **SLOW)
    loads = [point.variant.load for point in study.points({})[:-1]]
    assert [round(load * 280.0) for load in loads] == [280, 142, 158]
    labels = [study.label_of(point) for point in study.points({})]
    assert labels[0] == "load 1, triggered"
    assert labels[-1] == "ramp up and down"


def test_other_triggers() -> None:
    cache = [
        client("users", 100.0),
        node("cache", "cache", ttl=60),
        node("db", "sql_database", connections=1, read_time=exponential(0.02)),
    ]
    links = [link("users", "cache", timeout=1.0), link("cache", "db", timeout=1.0)]
    keys = [{"name": "read", "keys": {"law": "zipf", "count": 1000, "alpha": 0.8}}]
    cold = Variant.of(design(cache, links, classes=keys, duration=100, warmup=20))
    study = Metastability(cold)
    assert study.pushed.label == "Cache flushed"
    assert (study.pushed.at, study.pushed.end) == (20.0, 20.0)
    for kind, label in (
        ("kill", "Web killed for 5 s"),
        ("cut", "Web cut off for 5 s"),
        ("traffic", "traffic × 3 for 5 s"),
    ):
        more = {"trigger": kind, "lasting": 5.0, "factor": 3.0}
        made = Metastability(storm(), **more)
        assert made.pushed.label == label
        made.points({})[0].variant.made()


def test_a_loop_of_hand_made_series() -> None:
    """Two levels of two steps up, one down; half of each level counts."""
    series = {
        "step": 1.0,
        "clients": {
            "users": {"offered": [0, 900, 0, 2000, 0, 900], "succeeded": [0, 900, 0, 50, 0, 10]}
        },
        "nodes": {"web": {"in_system": [1, 1, 10, 100, 100, 100]}},
    }
    first, second = loop_of((0.5, 1.0), [series], 2, 0.1).levels
    assert (first.up, first.down, first.state) == (900.0, 10.0, "stuck")
    assert second.state == "overloaded"
    series["nodes"]["web"]["in_system"] = [1, 1, 10, 100, 100, 50]
    assert loop_of((0.5, 1.0), [series], 2, 0.1).levels[0].state == "draining"


REFUSED = [
    ({"over": (1.2, 0.3)}, "write two loads"),
    ({"over": (0.0, 1.0)}, "write two loads"),
    ({"levels": 1}, "1 levels"),
    ({"hold": 0.0}, "a hold of 0 s"),
    ({"watch": math.nan}, "a watch of nan s"),
    ({"trigger": "slwo"}, "did you mean 'slow'"),
    ({"trigger": "flush"}, "has no cache"),
    ({"trigger": "flush", "target": "web"}, "Web keeps nothing that could be flushed"),
    ({"trigger": "traffic", "target": "web"}, "Web makes no traffic"),
    ({"target": "wbe"}, "did you mean 'web'"),
    ({"trigger": "kill", "target": "users-web"}, "write another trigger"),
    ({"factor": -1.0}, "a factor from 0"),
    ({"lasting": 0.0}, "a time above 0"),
    ({"tolerance": 0.0}, "a tolerance of 0"),
    ({"seeds": 0}, "0 seeds"),
]


@pytest.mark.parametrize(("more", "said"), REFUSED)
def test_what_makes_no_sense_is_refused_in_a_line(more: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError) as refused:
        Metastability(storm(), **more)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_dial_is_turned_by_the_study_itself() -> None:
    with pytest.raises(StudyError, match="leave it at 1"):
        Metastability(storm().set("load=2"))
