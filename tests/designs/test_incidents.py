"""Incidents as pairs of designs: as it was and with the fix, one setting apart, judged by the same objectives."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from engine.catalog import check
from engine.model.edits import CompoundEdit, SetDesign, SetField
from engine.run.session import Session
from tests.designs.running import (
    SHELF,
    broken,
    changed,
    failures,
    first_time,
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
    from engine.sim.snapshot import Sample

PAIRS: dict[str, tuple[str, str]] = {
    "cold-cache": ("database", "config.queue_limit"),
    "dynamodb-2015": ("metadata", "config.queue_limit"),
    "dynamodb-2025": ("dns", "config.keep_last"),
    "ec2-leases-2025": ("dwfm", "config.queue_limit"),
    "facebook-2021": ("routes", "config.check.fail_open"),
    "flapping-checks": ("proxy", "config.health.layer"),
    "github-2018": ("mysql", "config.failover.fencing"),
    "idle-timeout": ("devices-api", "config.connection.idle_timeout"),
    "google-cloud-2025": ("large-table-l", "config.retry.backoff.jitter"),
    "memcache-2013": ("memcache", "config.fill"),
    "mutual-calls": ("stock", "config.hold_while_waiting"),
    "nlb-checks-2025": ("nlb", "config.health.panic"),
    "open-connect": ("appliances", "config.eviction"),
    "prime-day-cart": ("carts", "config.read_quorum"),
    "reconnect-storm": ("phones-gateway", "config.connection.reconnect.jitter"),
    "retry-storm": ("web", "config.queue_limit"),
    "roblox-2021": ("consul", "config.workers"),
    "roblox-2021-return": ("players", "config.arrivals.rate"),
    "shopify-sale": ("app", "config.autoscale.schedule"),
    "slack-2021": ("web", "config.autoscale.metric"),
    "waiting-for-connections": ("app-db", "config.queue_timeout"),
}
"""What differs: an item, and a field of it."""
OWN: dict[str, list[Any]] = {
    "cold-cache": [{"metric": "readers.availability", "above": 0.95}],
    "retry-storm": [{"metric": "users.availability", "above": 0.95}],
}
"""Objectives of the pairs whose designs have none themselves."""

every_pair = pytest.mark.parametrize("name", PAIRS)


def raw_of(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((SHELF / f"{name}.windtunnel").read_text(encoding="utf-8"))
    return raw


def leaves(raw: object, path: tuple[str, ...] = ()) -> dict[str, object]:
    """Every value of a design by its path, items by their ids."""
    if isinstance(raw, dict) and raw:
        found: dict[str, object] = {}
        for key, value in raw.items():
            found |= leaves(value, (*path, key))
        return found
    if isinstance(raw, list) and raw and isinstance(raw[0], dict) and "id" in raw[0]:
        return leaves({each["id"]: each for each in raw}, path)
    return {".".join(path): raw}


@every_pair
def test_the_two_are_one_setting_apart(name: str) -> None:
    one, other = (
        {key: value for key, value in raw_of(each).items() if key in {"nodes", "links", "scenario"}}
        for each in (name, f"{name}-fixed")
    )
    before, after = leaves(one), leaves(other)
    apart = {key for key in before | after if before.get(key) != after.get(key)}
    item, field = PAIRS[name]
    assert [key.split(".", 1)[1] for key in apart] == [f"{item}.{field}"]
    assert raw_of(name)["objectives"] == raw_of(f"{name}-fixed")["objectives"]


@cache
def run_of(name: str) -> tuple[Any, list[Sample], list[str]]:
    """The whole run of a design of the shelf: its result, judged, each of its seconds, and the notices."""
    design = shipped(name)
    objectives = OWN.get(name.removesuffix("-fixed"))
    if objectives:
        design = changed(design, SetDesign(("objectives",), objectives))
    session = Session(design)
    session.snapshot()
    session.advance(design.scenario.duration)
    snapshot = session.snapshot()
    notices = [each.text for each in snapshot.notices]
    return session.result(), list(snapshot.samples), notices


def result_of(name: str) -> Any:
    """What the whole run of a design came to."""
    return run_of(name)[0]


def seconds_of(name: str) -> tuple[list[Sample], list[str]]:
    """What happened in each second of the run of a design, and the notices."""
    return run_of(name)[1:]


@every_pair
def test_as_it_was_misses_what_the_fix_meets(name: str) -> None:
    assert not all(each["met"] for each in result_of(name)["objectives"])
    fixed = result_of(f"{name}-fixed")["objectives"]
    assert fixed
    assert all(each["met"] for each in fixed), fixed


def codes(name: str) -> set[str]:
    return {each.code for each in check(shipped(name))}


def test_two_leaders_have_writes_that_the_other_lacks() -> None:
    says(shipped("github-2018"), "about 4 400 acknowledged writes", "about 3 100 writes of its own")
    found = result_of("github-2018")["nodes"]["mysql"]["extra"]
    assert found["lost_writes"] == found["divergent"]["old"] == pytest.approx(4400.0, abs=270.0)
    assert found["divergent"]["new"] == pytest.approx(3100.0, abs=230.0)
    says(shipped("github-2018"), "it takes 350 ms more")
    latency = result_of("github-2018")["clients"]["users"]["latency"]["p99"]
    before = result_of("github-2018-fixed")["clients"]["users"]["latency"]["p99"]
    assert latency - before == pytest.approx(4.0 * 0.087, abs=0.01)


def test_nobody_leads_beside_a_leader_that_is_out_of_reach() -> None:
    says(shipped("github-2018-fixed"), "about 4 300 writes", "The timeline says why")
    result = result_of("github-2018-fixed")
    assert sum(result["clients"]["jobs"]["failed"].values()) == pytest.approx(4300.0, abs=270.0)
    assert not result["clients"]["users"]["failed"]
    _, notices = seconds_of("github-2018-fixed")
    assert any("out of reach" in each for each in notices)


def test_a_popular_key_that_everybody_reads_when_it_expires() -> None:
    says(shipped("memcache-2013"), "201 reads at once, every 5 s", "needs 201 connections")
    memcache, database = (
        result_of("memcache-2013")["nodes"][name] for name in ("memcache", "database")
    )
    assert memcache["extra"]["fetches_per_expiry"] == pytest.approx(201.0, abs=3.0)
    assert database["utilization"] < 0.1, "idle nine tenths of the time"
    says(shipped("memcache-2013-fixed"), "1 read for each expiry")
    fixed = result_of("memcache-2013-fixed")["nodes"]["memcache"]["extra"]
    assert fixed["fetches_per_expiry"] == 1.0
    peaks = [
        max(node("database", lambda each: each.arrivals)(each) for each in seconds_of(name)[0])
        for name in ("memcache-2013", "memcache-2013-fixed")
    ]
    assert peaks[0] >= 10.0 * peaks[1]


@pytest.mark.parametrize(("fill", "reads"), [("early", 2.7), ("single_flight", 1.0)])
def test_other_ways_to_read_a_popular_key(fill: str, reads: float) -> None:
    design = shipped("memcache-2013")
    says(design, "Fill to early: 2.7 reads, and nobody waits", "Single-flight: 1.")
    found = measured(changed(design, SetField("memcache", ("config", "fill"), fill)))
    extra = found["nodes"]["memcache"]["extra"]
    assert extra["fetches_per_expiry"] == pytest.approx(reads, abs=0.6)
    assert found["clients"]["web"]["latency"]["p999"] < 0.001 or fill == "single_flight"


def test_leases_that_run_out_together() -> None:
    says(shipped("dynamodb-2015"), "56 % of the requests fail", "Metadata is busy all the time")
    result = result_of("dynamodb-2015")
    assert result["clients"]["customers"]["availability"] == pytest.approx(0.44, abs=0.01)
    assert result["nodes"]["metadata"]["utilization"] > 0.999
    says(shipped("dynamodb-2015"), "service time of 10 ms, as before the indexes: it recovers")
    quick = {"law": "exponential", "mean": 0.01}
    before = changed(
        shipped("dynamodb-2015"), SetField("metadata", ("config", "service_time"), quick)
    )
    assert measured(before)["clients"]["customers"]["availability"] > 0.99


def test_a_pause_that_does_not_help_while_the_line_is_kept() -> None:
    says(shipped("dynamodb-2015"), "a pause does not help while the line is kept")
    again = {"duration": 120.0, "with": "metadata"}
    samples = watched(
        shipped("dynamodb-2015"), 400.0, (120.0, broken("membership", "partition", **again))
    )
    assert mean(samples, 300.0, 400.0, goodput("customers")) < 160.0


def test_leases_that_are_renewed_a_few_at_a_time() -> None:
    says(shipped("dynamodb-2015-fixed"), "at 61 s 300 requests a second are answered again")
    samples, _ = seconds_of("dynamodb-2015-fixed")
    assert mean(samples, 61.0, 71.0, goodput("customers")) == pytest.approx(300.0, rel=0.04)


def test_fewer_instances_when_more_are_needed() -> None:
    says(shipped("slack-2021"), "At 105 s", "6 % of CPU", "from 6 instances to 2")
    samples, notices = seconds_of("slack-2021")
    assert any("6 → 2 instances, utilization 5.5" in each for each in notices)
    says(shipped("slack-2021"), "Goodput is below 12 of 180 a second from 135 to 210 s")
    assert mean(samples, 135.0, 210.0, goodput("users")) < 12.0


def test_waiting_counts_as_busy() -> None:
    says(shipped("slack-2021-fixed"), "7, 14, 28, 56 and 100 instances", "From 150 s on all 180")
    samples, notices = seconds_of("slack-2021-fixed")
    grown = [each for each in notices if "busy 9" in each or "busy 100" in each or "6 → 7" in each]
    assert [each.split(" → ")[1].split()[0] for each in grown] == ["7", "14", "28", "56", "100"]
    assert mean(samples, 150.0, 220.0, goodput("users")) == pytest.approx(180.0, rel=0.04)


def test_a_herd_comes_back_as_one_or_spreads() -> None:
    says(shipped("google-cloud-2025-fixed"), "after 16 s instead of 112 s")
    one, other = (
        result_of(name)["clients"]["large"]["latency"]["p99"] for name in both("google-cloud-2025")
    )
    assert (one, other) == (pytest.approx(112.0, abs=1.0), pytest.approx(16.0, abs=0.5))
    says(shipped("google-cloud-2025"), "they run again after less than a second")
    assert result_of("google-cloud-2025")["clients"]["small"]["latency"]["max"] < 1.0
    assert result_of("google-cloud-2025")["clients"]["large"]["offered"] == 1000


def both(name: str) -> tuple[str, str]:
    return name, f"{name}-fixed"


def test_the_first_minute_of_a_sale() -> None:
    says(shipped("shopify-sale"), "one checkout in five is refused", "the edge kept 72 % away")
    samples, _ = seconds_of("shopify-sale")
    offered = mean(samples, 120.0, 180.0, node("sale", lambda each: each.arrivals))
    lost = mean(samples, 120.0, 180.0, failures("sale", "queue_full"))
    assert lost / offered == pytest.approx(0.2, abs=0.02)
    assert mean(samples, 205.0, 300.0, failures("sale")) == 0.0
    result = result_of("shopify-sale")
    assert result["nodes"]["edge"]["extra"]["hit_ratio"] == pytest.approx(0.72, abs=0.01)
    assert max(each.nodes["pod-1"].utilization for each in samples) < 0.8
    assert "autoscaler-slow" in codes("shopify-sale")
    assert "autoscaler-slow" not in codes("shopify-sale-fixed")


def test_a_sale_that_was_announced() -> None:
    says(shipped("shopify-sale-fixed"), "not one in a thousand requests fails", "[240, 2]")
    for name in ("sale", "shoppers"):
        client = result_of("shopify-sale-fixed")["clients"][name]
        assert sum(client["failed"].values()) < 0.001 * client["offered"]


def test_a_cache_that_warms_up_behind_a_short_queue() -> None:
    says(shipped("cold-cache-fixed"), "20 s later 1000 reads a second are answered again")
    says(shipped("cold-cache-fixed"), "Only 1 % of all reads are refused")
    samples, _ = seconds_of("cold-cache-fixed")
    back = first_time(samples, 60.0, lambda each: goodput("readers")(each) > 950.0)
    assert back - 60.0 == pytest.approx(20.0, abs=5.0)
    readers = result_of("cold-cache-fixed")["clients"]["readers"]
    assert readers["failed"]["queue_full"] / readers["offered"] == pytest.approx(0.015, abs=0.005)


def test_a_circle_of_waiting() -> None:
    says(shipped("mutual-calls"), "nothing is ever answered", "“Can deadlock”")
    assert "deadlock" in codes("mutual-calls")
    assert "deadlock" not in codes("mutual-calls-fixed")
    result = result_of("mutual-calls")
    assert all(each["succeeded"] == 0 for each in result["clients"].values())
    says(shipped("mutual-calls"), "With 5 workers in Orders", "190 requests a second")
    five = changed(shipped("mutual-calls"), SetField("orders", ("config", "workers"), 5))
    for each in (measured(five), result_of("mutual-calls-fixed")):
        rates = sum(client["goodput"] for client in each["clients"].values())
        assert rates == pytest.approx(190.0, rel=0.03)
    says(shipped("mutual-calls-fixed"), "Twenty callers on each side do not stop it either")
    more = (SetField(name, ("config", "arrivals", "users"), 20) for name in ("shops", "stores"))
    crowded = changed(shipped("mutual-calls-fixed"), CompoundEdit(tuple(more), "More"))
    assert all(each["goodput"] > 50.0 for each in measured(crowded)["clients"].values())
    stuck = changed(five, *crowd(8))
    assert all(each["goodput"] == 0.0 for each in measured(stuck)["clients"].values())


def crowd(users: int) -> list[SetField]:
    """More callers on both sides."""
    return [SetField(name, ("config", "arrivals", "users"), users) for name in ("shops", "stores")]


def test_a_wait_for_connections_that_has_no_end() -> None:
    says(shipped("waiting-for-connections"), "from 80 to 120 s not one browser is answered")
    samples, _ = seconds_of("waiting-for-connections")
    assert mean(samples, 80.0, 120.0, goodput("browsers")) == 0.0
    assert mean(samples, 30.0, 60.0, goodput("browsers")) == pytest.approx(100.0, rel=0.03)
    says(shipped("waiting-for-connections-fixed"), "about 10 threads wait", "Four or five a second")
    samples, _ = seconds_of("waiting-for-connections-fixed")
    assert mean(samples, 60.0, 120.0, goodput("browsers")) == pytest.approx(100.0, rel=0.03)
    assert mean(samples, 65.0, 120.0, goodput("analysts")) == pytest.approx(4.5, abs=0.5)
    busy = 50.0 * mean(samples, 65.0, 120.0, node("app", lambda each: each.utilization))
    # 5 threads have a connection, and 1.2 work
    assert busy - 5.0 - 1.2 == pytest.approx(10.0, abs=1.5)


def test_a_server_that_closes_first() -> None:
    says(shipped("idle-timeout"), "six requests in a thousand", "e^(-4.92/5) - e^(-5/5): .6 %")
    edge = result_of("idle-timeout")["links"]["devices-api"]
    lost = math.exp(-4.92 / 5.0) - math.exp(-1.0)
    assert edge["failed"]["network"] / edge["attempts"] == pytest.approx(lost, abs=0.0014)
    assert lost == pytest.approx(0.006, abs=1e-4)
    assert codes("idle-timeout") - codes("idle-timeout-fixed") == {"idle-race"}
    says(shipped("idle-timeout"), "Two tries hide it")
    twice = SetField("devices-api", ("config", "retry"), {"attempts": 2})
    again = measured(changed(shipped("idle-timeout"), twice), duration=90.0)
    assert again["clients"]["devices"]["failed"] == {}


def test_a_caller_that_closes_first() -> None:
    told = ("Not one request fails", "38 % of the requests need one, and 37 % did before")
    says(shipped("idle-timeout-fixed"), *told, "such answers take 245 ms, the others 85 ms")
    result = result_of("idle-timeout-fixed")
    assert result["clients"]["devices"]["failed"] == {}
    for name, share in (("idle-timeout", 0.37), ("idle-timeout-fixed", 0.38)):
        edge = result_of(name)["links"]["devices-api"]
        opened = edge["extra"]["connections_opened"]
        assert opened / edge["attempts"] == pytest.approx(share, abs=0.005)
    latency = result["clients"]["devices"]["latency"]
    assert latency["p50"] == pytest.approx(0.085, abs=0.003)
    assert latency["p90"] == pytest.approx(0.245, abs=0.005)


def test_a_storm_of_handshakes() -> None:
    told = ("the 16 000 that did not ask meanwhile", "nearly 6 s of handshakes", "1400 time out")
    says(shipped("reconnect-storm"), *told, "7 s: for that long", "At 190 s")
    result = result_of("reconnect-storm")
    assert result["clients"]["phones"]["failed"]["timeout"] == pytest.approx(1400, rel=0.1)
    edge = result["links"]["phones-gateway"]["extra"]
    assert edge["reconnects"] == pytest.approx(16_000, rel=0.04)
    samples, _ = seconds_of("reconnect-storm")
    assert mean(samples, 191.0, 196.0, node("gateway", lambda each: each.utilization)) > 0.999
    assert mean(samples, 198.0, 240.0, failures("phones")) == 0.0


def test_a_cheaper_handshake_makes_a_lower_wall() -> None:
    says(
        shipped("reconnect-storm"), "An ECDSA certificate costs a quarter", "the wall is 1.6 s high"
    )
    certificate = ("config", "encryption", "certificate")
    cheap = changed(shipped("reconnect-storm"), SetField("phones-gateway", certificate, "ecdsa"))
    result = measured(cheap, duration=200.0)
    assert result["clients"]["phones"]["failed"].keys() == {"unavailable"}
    edge = result["links"]["phones-gateway"]["extra"]
    assert edge["reconnects"] * 0.095e-3 == pytest.approx(1.6, abs=0.1)


def test_a_storm_that_is_spread_out() -> None:
    told = ("Nothing times out", "from 181 to 190 s", "more than 80 % of the time, before for 17 %")
    says(shipped("reconnect-storm-fixed"), *told)
    says(shipped("reconnect-storm"), "70 % of the core, beside 17 %")
    failed = result_of("reconnect-storm-fixed")["clients"]["phones"]["failed"]
    assert failed.keys() == {"unavailable"}
    samples, _ = seconds_of("reconnect-storm-fixed")
    busy = node("gateway", lambda each: each.utilization)
    assert mean(samples, 181.0, 190.0, busy) > 0.8
    assert mean(samples, 160.0, 180.0, busy) == pytest.approx(0.17, abs=0.01)


def test_checks_that_flap_under_overload() -> None:
    says(shipped("flapping-checks"), "goes out about every 13 s", "16 are")
    samples, notices = seconds_of("flapping-checks")
    out = [each for each in notices if "out of rotation" in each]
    assert 2 * 300.0 / len(out) == pytest.approx(13.3, abs=0.5)
    assert mean(samples, 60.0, 300.0, goodput("users")) == pytest.approx(16.0, abs=0.3)
    says(shipped("flapping-checks"), "Now and then both are out")
    assert sum(each.nodes["users"].failed.get("unavailable", 0) for each in samples) > 0
    says(shipped("flapping-checks-fixed"), "all 20 requests a second")
    samples, _ = seconds_of("flapping-checks-fixed")
    assert mean(samples, 60.0, 300.0, goodput("users")) == pytest.approx(20.0, abs=0.1)
    assert all(
        each.nodes["users"].failed.keys() <= {"queue_full"} for each in within(samples, 60.0, 300.0)
    )


def test_more_workers_do_less_under_contention_and_all_leases_run_out() -> None:
    """USL with .05 and .001: 9.038 of 31 workers, 7.822 of 64 (Gunther), in five instances of .1 s a request."""
    says(
        shipped("roblox-2021"), "31 workers do the work of 9.04 and 64 that of 7.82", "391 requests"
    )
    peak, past = (n / (1 + 0.05 * (n - 1) + 0.001 * n * (n - 1)) for n in (31, 64))
    assert (peak, past) == (pytest.approx(9.038, abs=1e-3), pytest.approx(7.822, abs=1e-3))
    samples, notices = seconds_of("roblox-2021")
    done = mean(samples, 130.0, 240.0, node("consul", lambda each: float(each.completed)))
    assert done == pytest.approx(5 * past / 0.1, rel=0.03)
    assert any("without its lease" in each for each in notices)
    games = result_of("roblox-2021")["nodes"]["games"]["extra"]
    assert games["leases_expired"] >= 60
    assert games["leases_held"] == 0
    assert mean(samples, 150.0, 240.0, goodput("players")) < 1.0


def test_as_many_workers_as_do_the_most_work_off_what_a_surge_has_left() -> None:
    says(shipped("roblox-2021-fixed"), "452 requests a second", "no lease runs out")
    found = result_of("roblox-2021-fixed")
    assert found["nodes"]["games"]["extra"]["leases_expired"] == 0
    assert not found["clients"]["players"]["failed"]


def test_caches_that_are_cold_for_everybody_at_once_stay_cold() -> None:
    says(shipped("roblox-2021-return"), "it stays cold", "a database that can do 250")
    samples, _ = seconds_of("roblox-2021-return")
    assert mean(samples, 240.0, 360.0, goodput("players")) < 200.0
    assert mean(samples, 240.0, 360.0, node("database", lambda each: float(each.completed))) < 255.0


def test_a_tenth_of_the_players_after_the_other_warms_the_caches() -> None:
    says(shipped("roblox-2021-return-fixed"), "the database never gets more than it can do")
    found = result_of("roblox-2021-return-fixed")
    assert sum(found["clients"]["players"]["failed"].values()) < 20
    samples, _ = seconds_of("roblox-2021-return-fixed")
    assert mean(samples, 250.0, 360.0, goodput("players")) == pytest.approx(1000.0, rel=0.02)


def test_a_read_of_one_replica_misses_what_two_have_taken() -> None:
    says(shipped("prime-day-cart"), "almost one read in a hundred")
    as_it_was = result_of("prime-day-cart")["nodes"]["carts"]["extra"]
    assert 0.005 < as_it_was["stale_ratio"] < 0.015
    says(shipped("prime-day-cart-fixed"), "nobody sees an error, and nothing is stale")
    fixed = result_of("prime-day-cart-fixed")
    assert fixed["nodes"]["carts"]["extra"]["stale_ratio"] == 0.0
    assert fixed["nodes"]["carts"]["extra"]["no_quorum"] == 0
    assert fixed["nodes"]["carts"]["extra"]["lost_writes"] == 0
    for name in ("prime-day-cart", "prime-day-cart-fixed"):
        assert not result_of(name)["clients"]["shoppers"]["failed"]
        assert fixed["clients"]["shoppers"]["latency"]["p99"] < 0.01


@pytest.mark.parametrize("partitions", [12, 100])
def test_a_hot_key_is_refused_at_the_rate_of_its_partition(partitions: int) -> None:
    says(shipped("prime-day-cart-fixed"), "refuses what is above 250 a second, with 12 partitions")
    hot = {"at": 0, "duration": None, "change": "hot_key", "key": 5, "probability": 0.6}
    design = changed(
        shipped("prime-day-cart-fixed"),
        SetField("carts", ("config", "partitions"), partitions),
        SetDesign(("scenario", "events"), [hot]),
        SetDesign(("scenario", "duration"), 30.0),
    )
    extra = measured(design)["nodes"]["carts"]["extra"]
    assert extra["throttled"] > 1000
