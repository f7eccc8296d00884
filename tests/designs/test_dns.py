"""Designs about DNS: answers that outlive a region, routes that are withdrawn, a name without an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.edits import SetDesign, SetField
from engine.run.session import Session
from tests.designs.running import (
    changed,
    failures,
    goodput,
    mean,
    measured,
    node,
    says,
    shipped,
    watched,
    within,
)

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.sim.snapshot import Sample


def events(design: Design, *changes: dict[str, JsonValue]) -> SetDesign:
    """Other fields of the first events."""
    raw = [
        each.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for each in design.scenario.events
    ]
    for event, change in zip(raw, changes, strict=False):
        event.update(change)
    return SetDesign(("scenario", "events"), raw)


def of_dns(field: str, value: JsonValue) -> SetField:
    return SetField("dns", ("config", field), value)


def lost(design: Design) -> int:
    samples = watched(design, 480.0)
    return sum(sum(sample.nodes["us-users"].failed.values()) for sample in samples)


def still_there(samples: list[Sample], at: float) -> float:
    """The share of the Americans that goes to Virginia around a time."""
    chosen = within(samples, at - 3.0, at + 3.0)
    sent = sum(sample.links["dns-virginia-web"].attempts for sample in chosen)
    return sent / sum(sample.links["us-users-dns"].attempts for sample in chosen)


def test_a_region_is_lost() -> None:
    design = shipped("region-lost")
    says(design, "The checks tell at 140 s", "about 10 000 requests are lost")
    says(design, "At 155 s three in four", "at 170 s half of them, after 202 s none")
    session = Session(design)
    session.snapshot()
    session.advance(480.0)
    snapshot = session.snapshot()
    out = [each.at for each in snapshot.notices if "out of rotation" in each.text]
    assert out == pytest.approx([140.0] * 3, abs=0.2)
    samples = list(snapshot.samples)
    gone = sum(sum(sample.nodes["us-users"].failed.values()) for sample in samples)
    assert gone == pytest.approx(10_000, rel=0.03)
    assert still_there(samples, 155.0) == pytest.approx(0.75, abs=0.06)
    assert still_there(samples, 170.0) == pytest.approx(0.5, abs=0.06)
    assert mean(samples, 202.0, 300.0, failures("us-users")) == 0.0
    others = session.result()["clients"]
    assert others["eu-users"]["failed"] == others["asia-users"]["failed"] == {}
    says(design, "Americans pay 100 ms to Frankfurt instead of 20 ms")
    latency = others["us-users"]["latency"][
        "p50"
    ]  # most of the time they are in Frankfurt or Virginia
    assert 0.02 < latency < 0.14


@pytest.mark.parametrize(
    ("field", "value", "phrase", "least", "most"),
    [
        ("ttl", 10.0, "TTL 10 s: half as many are lost", 4500, 5100),
        ("ttl", 600.0, "TTL 600 s: more than 32 000", 32_000, 34_000),
        ("policy", "anycast", "200 · 20 = 4000", 3850, 4150),
        ("check", None, "Without checks nobody leaves: 36 000", 35_400, 36_600),
    ],
)
def test_other_ways_to_lose_a_region(
    field: str, value: JsonValue, phrase: str, least: int, most: int
) -> None:
    design = shipped("region-lost")
    says(design, phrase)
    assert least <= lost(changed(design, of_dns(field, value))) <= most


def test_what_europeans_pay_by_weight() -> None:
    design = shipped("region-lost")
    says(design, "Europeans pay Σ share × round trip = 90 ms instead of 20 ms")
    calm = changed(design, SetDesign(("scenario", "events"), []))
    for policy, trip in (("weighted", 0.09), ("geo", 0.02)):
        result = measured(changed(calm, of_dns("policy", policy)), duration=200.0)
        latency = result["clients"]["eu-users"]["latency"]["mean"]
        assert latency - 0.02 == pytest.approx(trip, rel=0.05)


def share_of_failures(samples: list[Sample], begin: float, end: float) -> float:
    failed = mean(samples, begin, end, failures("users"))
    return failed / (failed + mean(samples, begin, end, goodput("users")))


def test_routes_that_are_withdrawn_though_all_servers_are_up() -> None:
    design = shipped("facebook-2021")
    says(design, "At 240 s the backbone is cut", "Routes are gone at 259 s")
    says(design, "half at 318 s, all from 378 s on", "DNS servers are 0 % busy")
    samples = watched(design, 540.0)
    assert share_of_failures(samples, 200.0, 258.0) == 0.0
    assert share_of_failures(samples, 260.0, 262.0) > 0.0
    assert share_of_failures(samples, 313.0, 323.0) == pytest.approx(0.5, abs=0.07)
    assert share_of_failures(samples, 379.0, 480.0) == 1.0
    busy = mean(samples, 379.0, 480.0, node("dns-servers", lambda each: each.utilization))
    assert busy < 0.001
    shallow = changed(design, SetField("routes", ("config", "check", "depth"), "shallow"))
    says(design, "the cut changes nothing")
    assert measured(shallow)["clients"]["users"]["failed"] == {}


def restored(design: Design) -> tuple[list[tuple[str, float]], list[Sample]]:
    """What was over, or could not be, and when; and what happened in each second."""
    session = Session(design)
    session.snapshot()
    session.advance(design.scenario.duration)
    snapshot = session.snapshot()
    notices = [each for each in snapshot.notices if "cut from" in each.text]
    return [(each.kind, each.at) for each in notices], list(snapshot.samples)


def test_a_repair_that_needs_what_is_broken() -> None:
    design = shipped("facebook-2021")
    says(design, "at 360 s the engineers are ready, and no way leads to the servers")
    says(design, "only then can the cut be repaired, at 556 s")
    kinds, samples = restored(design)
    assert kinds == [("event", 240.0), ("alert", 360.0), ("restored", 556.0)]
    assert share_of_failures(samples, 480.0, 540.0) == 1.0
    assert share_of_failures(samples, 558.0, 660.0) == 0.0
    fixed = shipped("facebook-2021-fixed")
    says(fixed, "the engineers get there: the cut is repaired at 360 s, as planned")
    assert restored(fixed)[0] == [("event", 240.0), ("restored", 360.0)]


@pytest.mark.parametrize(
    ("ttl", "work", "on_the_spot"), [(60.0, 30.0, 400.0), (90.0, 200.0, 500.0)]
)
def test_other_repairs_of_the_backbone(ttl: float, work: float, on_the_spot: float) -> None:
    """Failures rise with t / TTL once routes are gone; the repair waits for whoever comes in person."""
    design = changed(
        shipped("facebook-2021"),
        SetField("resolvers", ("config", "ttl"), ttl),
        events(shipped("facebook-2021"), {"duration": work}, {"at": on_the_spot}),
    )
    kinds, samples = restored(design)
    assert kinds[1] == ("alert", 240.0 + work)
    kind, at = kinds[2]
    assert kind == "restored"
    assert on_the_spot < at < on_the_spot + 30.0
    half = 258.9 + ttl / 2.0
    assert share_of_failures(samples, half - 5.0, half + 5.0) == pytest.approx(0.5, abs=0.12)
    assert share_of_failures(samples, 260.0 + ttl, on_the_spot) == 1.0
    assert share_of_failures(samples, at + 2.0, 660.0) == 0.0


def test_routes_that_fail_open() -> None:
    design = shipped("facebook-2021-fixed")
    says(
        design,
        "no look-up fails",
        "At 259 s, when the last of the five would be gone, all are announced",
    )
    says(design, "users fail from 259 s on, all of them from 378 s to 556 s")
    session = Session(design)
    session.snapshot()
    session.advance(600.0)
    assert session.result()["clients"]["users"]["failed"] == {}
    notices = session.snapshot().notices
    opened = next(each.at for each in notices if "all are called" in each.text)
    assert opened == pytest.approx(259.0, abs=0.7)


def answered(samples: list[Sample], begin: float, end: float) -> float:
    """Reads a second that all regions together got."""
    regions = ("america", "europe", "asia", "africa")
    return sum(mean(samples, begin, end, goodput(region)) for region in regions)


def test_everybody_at_once_meets_cold_caches() -> None:
    design = shipped("facebook-2021-return")
    says(design, "Of 1000 reads a second some 270 are answered", "by 310 s", "none")
    samples = watched(design, 480.0)
    assert answered(samples, 30.0, 60.0) == pytest.approx(1000.0, rel=0.03)
    assert answered(samples, 245.0, 300.0) == pytest.approx(270.0, rel=0.1)
    assert answered(samples, 311.0, 480.0) == 0.0
    says(design, "Have Database's queue limit at 150: it recovers by itself")
    bounded = changed(design, SetField("database", ("config", "queue_limit"), 150))
    assert answered(watched(bounded, 480.0), 300.0, 480.0) == pytest.approx(1000.0, rel=0.03)


@pytest.mark.parametrize("apart", [30.0, 15.0])
def test_waves_fill_the_caches_for_each_other(apart: float) -> None:
    design = shipped("facebook-2021-return-fixed")
    says(
        design, "From 335 s on all 1000 are answered", "The caches need some seconds a wave, not 30"
    )
    waves = events(design, *({"duration": 180.0 + apart * place} for place in range(4)))
    samples = watched(changed(design, waves), 480.0)
    for place in range(4):
        begin = 240.0 + apart * place
        fair = 250.0 * (place + 1)
        assert answered(samples, begin + 5.0, begin + apart) == pytest.approx(fair, rel=0.1)
    assert answered(samples, 335.0, 480.0) == pytest.approx(1000.0, rel=0.02)


@pytest.mark.parametrize(("ttl", "connections"), [(30.0, 5), (60.0, 6)])
def test_the_step_overloads_whatever_lies_behind_cold_caches(ttl: float, connections: int) -> None:
    """The database bears the misses of warm caches, and less than all reads: 50 a second for each connection."""
    edits = (
        SetField("cache", ("config", "ttl"), ttl),
        SetField("database", ("config", "connections"), connections),
    )
    step = watched(changed(shipped("facebook-2021-return"), *edits), 480.0)
    waves = watched(changed(shipped("facebook-2021-return-fixed"), *edits), 480.0)
    assert answered(step, 400.0, 480.0) < 20.0
    if ttl == 60.0:
        assert answered(waves, 400.0, 480.0) == pytest.approx(1000.0, rel=0.02)


def test_a_name_without_an_address() -> None:
    design = shipped("dynamodb-2025")
    says(design, "From 65 s on every request that opens a connection fails", "until 180 s")
    says(design, "The clients that keep theirs lose next to nothing")
    samples = watched(design, 300.0)
    assert mean(samples, 66.0, 180.0, goodput("fresh")) == 0.0
    assert mean(samples, 66.0, 180.0, failures("fresh", "unavailable")) == pytest.approx(
        200.0, rel=0.05
    )
    failed = mean(samples, 60.0, 65.0, failures("fresh"))
    assert failed / 200.0 == pytest.approx(0.5, abs=0.12)
    assert sum(sum(each.nodes["kept"].failed.values()) for each in samples) <= 5
    assert mean(samples, 181.0, 300.0, failures("fresh")) == 0.0
    says(design, "Give each connection 1000 requests, as nginx does: all are closed by 70 s")
    limited = changed(design, SetField("kept-dns", ("config", "connection", "max_requests"), 1000))
    assert mean(watched(limited, 180.0), 70.0, 180.0, goodput("kept")) == 0.0


@pytest.mark.parametrize(("ttl", "at", "lasts"), [(2.0, 40.0, 60.0), (12.0, 80.0, 100.0)])
def test_other_names_without_an_address(ttl: float, at: float, lasts: float) -> None:
    """Who opens a connection fails once its answer has run out, all of them after a TTL; who keeps one does not."""
    design = shipped("dynamodb-2025")
    edits = (of_dns("ttl", ttl), events(design, {"at": at, "duration": lasts}))
    samples = watched(changed(design, *edits), at + lasts + 60.0)
    assert mean(samples, 30.0, at, failures("fresh")) == 0.0
    share = mean(samples, at, at + ttl, failures("fresh")) / 200.0
    gap = 400.0 / 200.0  # until a user comes again whose answer has run out
    assert share == pytest.approx(1.0 - ttl / (ttl + gap) / 2.0, abs=0.15)
    assert mean(samples, at + ttl + 1.0, at + lasts, goodput("fresh")) == 0.0
    assert mean(samples, at + lasts + 1.0, at + lasts + 60.0, failures("fresh")) == 0.0
    assert sum(sum(each.nodes["kept"].failed.values()) for each in samples) <= 5


def test_the_last_records_stay() -> None:
    design = shipped("dynamodb-2025-fixed")
    says(design, "all look-ups are answered")
    result = measured(design)
    assert result["clients"]["fresh"]["failed"] == result["clients"]["kept"]["failed"] == {}
    assert result["nodes"]["dns"]["extra"]["failed_resolutions"] == 0.0
