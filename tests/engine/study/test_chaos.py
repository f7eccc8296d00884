"""Chaos studies: what is broken in turn, what each costs whom, when it is over, and what ends it early."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.study import Chaos, Report, Storage, StudyError, StudyRun, Variant
from engine.study.faults import Dose, Experiment, Target, events_of, targets_in
from engine.study.recovery import Stretch, recovered_at, stretches
from tests.engine.study.helpers import Inline, conclude, outcomes
from tests.helpers.builders import client, constant, design, link, node

RATE = 40.0


def tiers(**more: Any) -> Variant:
    """Users, a site with two services, one of which asks a database and the other nothing."""
    nodes = [
        client("users", RATE),
        client("bots", 20.0),
        node("web", "service", workers=8, service_time=constant(0.005), frame="east"),
        node("api", "service", workers=8, service_time=constant(0.005), frame="west"),
        node("db", "service", workers=8, service_time=constant(0.005), frame="west"),
    ]
    links = [
        link("users", "web", timeout=1.0),
        link("bots", "api", timeout=1.0),
        link("web", "db", timeout=0.5),
    ]
    frames = [
        {"id": "east", "kind": "zone", "name": "East"},
        {"id": "west", "kind": "zone", "name": "West"},
        {"id": "all", "kind": "region", "name": "All"},
        {"id": "empty", "kind": "zone", "name": "Empty"},
    ]
    wanted = {"duration": 60, "warmup": 10, "seed": 3, "frames": frames} | more
    return Variant.of(design(nodes, links, **wanted))


def rows(report: Report) -> dict[tuple[Any, Any], dict[str, Any]]:
    """Experiments by target and fault."""
    return {(row["target"], row["fault"]): row for row in report.table("experiments").records()}


def lost(report: Report, target: str, item: str, fault: str = "kill") -> float | None:
    """What an item loses in an experiment."""
    for row in report.table("blast").records():
        if (row["target"], row["fault"], row["item"]) == (target, fault, item):
            value = row["lost"]
            assert value is None or isinstance(value, float)
            return value
    raise KeyError(target, fault, item)


def test_each_is_broken_in_turn_in_the_order_of_the_design() -> None:
    drawn = tiers().made()
    assert [each.id for each in targets_in(drawn, ("node",), ())] == ["web", "api", "db"]
    assert [each.id for each in targets_in(drawn, ("link",), ())] == [
        "users-web", "bots-api", "web-db",
    ]  # fmt: skip
    assert [each.id for each in targets_in(drawn, ("zone",), ())] == ["east", "west"]
    assert [each.id for each in targets_in(drawn, ("frame",), ("users", "web"))] == [
        "east", "west", "users", "web",
    ]  # fmt: skip
    study = Chaos(tiers())
    assert [each.label for each in study.experiments] == [
        "kill web", "kill api", "kill db", "cut users-web", "cut bots-api", "cut web-db",
        "kill east", "kill west",
    ]  # fmt: skip
    assert [study.label_of(point) for point in study.points({})][:2] == ["undisturbed", "kill web"]


def test_frames_of_one_kind_are_meant_where_no_zone_is_drawn() -> None:
    frames = [{"id": "east", "kind": "group"}, {"id": "west", "kind": "cell"}]
    drawn = tiers(frames=frames).made()
    assert [each.id for each in targets_in(drawn, ("zone",), ())] == ["east", "west"]
    assert [each.id for each in targets_in(drawn, ("cell",), ())] == ["west"]


def test_a_death_costs_those_who_need_it_and_nobody_else() -> None:
    report = conclude(Chaos(tiers(), each=("node", "zone")))
    assert lost(report, "web", "users") == pytest.approx(1.0, abs=0.01)
    assert lost(report, "web", "bots") == pytest.approx(0.0, abs=0.01)
    assert lost(report, "db", "users") == pytest.approx(1.0, abs=0.01)
    assert lost(report, "db", "web") == pytest.approx(1.0, abs=0.01)
    assert lost(report, "db", "api") == 0.0
    assert lost(report, "api", "users") == pytest.approx(0.0, abs=0.01)
    assert lost(report, "west", "users") == pytest.approx(1.0, abs=0.01)
    assert lost(report, "west", "bots") == pytest.approx(1.0, abs=0.01)
    assert lost(report, "web", "db") is None  # nothing comes to it
    assert report.sentences[0] == "0 of 5 experiments hold."
    assert "kill Web, kill Api, kill Db, kill East and kill West" in report.sentences[1]
    assert {row["recovered"] for row in rows(report).values()} == {True}
    assert report.met is False


def test_nothing_is_told_of_faults_where_nothing_gets_done_anyway() -> None:
    """Whose every request fails undisturbed loses nothing: that is no reason to say that all is well."""
    events = [{"at": 0, "duration": 60, "target": "db", "change": "kill"}]
    study = Chaos(tiers(events=events), targets=("web",))
    report = conclude(study)
    assert rows(report)["web", "kill"]["verdict"] == "held", "the bots do as well as before"
    nodes = [client("users", RATE), node("web", "service", workers=8), node("db", "service")]
    links = [link("users", "web"), link("web", "db")]
    alone = design(nodes, links, duration=60, warmup=10, events=events)
    report = conclude(Chaos(Variant.of(alone), targets=("web",)))
    assert rows(report)["web", "kill"]["verdict"] == "unsure"
    assert report.sentences == (
        "Nothing can be told of 1: no client has any goodput that a fault could cost.",
    )
    assert report.met is None


def test_an_experiment_is_paired_with_the_undisturbed_run() -> None:
    """A fault that does nothing changes nothing at all."""
    study = Chaos(tiers(), targets=("web",), faults=("slow",), factor=1.0, seeds=2)
    report = conclude(study)
    (row,) = report.table("experiments").records()
    assert (row["verdict"], row["lost"], row["slower"], row["recovery"]) == ("held", 0.0, 1.0, 0.0)
    assert (row["lost_low"], row["lost_high"]) == (0.0, 0.0)
    assert report.sentences == ("1 of 1 experiments hold.",)
    assert report.met is True


def test_what_is_slow_misses_the_objective_though_nothing_is_lost() -> None:
    wanted = [
        {"metric": "users.latency.p99", "below": 0.05},
        {"metric": "bots.latency.p99", "below": 0.0001},
    ]
    study = Chaos(tiers(objectives=wanted), targets=("web", "web-db"), faults=("slow",), factor=20)
    report = conclude(study)
    row = rows(report)["web", "slow"]
    assert row["verdict"] == "missed"
    assert row["missed"] == "users.latency.p99"
    assert row["lost"] == pytest.approx(0.0, abs=0.02)
    assert row["slower"] > 5.0
    assert rows(report)["web-db", "slow"]["missed"] == "users.latency.p99"
    # What is missed undisturbed is held against nothing.
    assert report.sentences[0].endswith("held against no fault: bots.latency.p99.")
    assert report.table("objectives").column("met") == [True, False]


def test_a_cut_parts_a_frame_from_what_is_outside() -> None:
    drawn = tiers().made()
    dose = Dose(at=5.0, duration=10.0)
    cut = events_of(drawn, Experiment(Target("west", "frame"), "cut"), dose)
    assert [json.loads(each)["target"] for each in cut] == ["west"]
    cut = events_of(drawn, Experiment(Target("web", "node"), "cut"), dose)
    assert [json.loads(each)["target"] for each in cut] == ["users-web", "web-db"]
    report = conclude(Chaos(tiers(), targets=("web-db", "west"), faults=("cut",)))
    assert lost(report, "web-db", "users", "cut") == pytest.approx(1.0, abs=0.03)
    assert lost(report, "web-db", "bots", "cut") == pytest.approx(0.0, abs=0.01)
    assert lost(report, "west", "bots", "cut") == pytest.approx(1.0, abs=0.03)


def test_an_experiment_is_aborted_within_a_window_and_the_fault_is_gone() -> None:
    study = Chaos(
        tiers(), targets=("web", "api"), abort=("users.availability<0.5",), window=2.0, at=20.0, lasting=30.0
    )  # fmt: skip
    report = conclude(study)
    row = rows(report)["web", "kill"]
    assert (row["verdict"], row["aborted"]) == ("aborted", 22.0)
    assert row["recovered"] is True
    assert row["lost"] == pytest.approx(1.0, abs=0.02)  # while it lasted
    assert report.sentences[-1] == (
        "kill Web was aborted at 22 s: users.availability<0.5, it was 0 %."
    )
    other = rows(report)["api", "kill"]
    assert (other["verdict"], other["aborted"]) == ("missed", None)


def test_a_bound_that_the_design_does_not_keep_to_is_said_first() -> None:
    report = conclude(Chaos(tiers(), targets=("web",), abort=("users.goodput<1k",)))
    assert report.sentences[0] == (
        "users.goodput<1k holds undisturbed already, at 15 s: choose a bound that it keeps to."
    )


def test_what_stays_down_is_told() -> None:
    """A retry storm outlives its fault."""
    nodes = [client("users", 56.0), node("web", "service", workers=3, service_time={"law": "exponential", "mean": 0.05})]  # fmt: skip
    retry = {"attempts": 2, "backoff": {"base": 0, "jitter": "none"}}
    links = [link("users", "web", timeout=1.0, retry=retry)]
    storm = Variant.of(design(nodes, links, duration=150, warmup=10, seed=1))
    report = conclude(Chaos(storm, targets=("web",), faults=("slow",), lasting=20.0))
    row = rows(report)["web", "slow"]
    assert (row["verdict"], row["recovered"], row["recovery"]) == ("missed", False, None)
    assert "Goodput does not come back when it is over: slow Web." in report.sentences


def test_a_fault_to_the_end_leaves_nothing_to_tell_of_afterwards() -> None:
    report = conclude(Chaos(tiers(), targets=("web",), lasting=1e6))
    assert rows(report)["web", "kill"]["recovered"] is None
    assert lost(report, "web", "users") == pytest.approx(1.0, abs=0.01)


def test_a_stopped_study_goes_on_with_its_experiments_and_a_point_is_found_again(tmp_path) -> None:
    study = Chaos(tiers(), each=("node",), abort=("users.availability<0.5",))
    whole = conclude(study)
    run = StudyRun(study, Inline(), Storage(tmp_path))
    while run.done < 2:
        run.poll()
    so_far = run.report()
    run.cancel()
    assert so_far.sentences[0] == "So far, after 2 of 4 runs:"
    with Storage(tmp_path) as storage:
        assert len(storage.outcomes) == 2
        for key in storage.outcomes:
            assert storage.point(key).key == key
            assert storage.point(key) in study.points({})
    again = StudyRun(study, Inline(), Storage(tmp_path))
    assert again.resumed == 2
    while not again.over:
        again.poll()
    assert again.report().hash == whole.hash


def test_some_instances_may_be_spared() -> None:
    many = tiers().set("web.instances=4")
    (event,) = events_of(
        many.made(),
        Experiment(Target("web", "node"), "kill"),
        Dose(at=0.0, duration=1.0, instances=1),
    )
    assert json.loads(event)["instances"] == 1
    report = conclude(Chaos(many, targets=("web",), instances=1))
    assert 0.1 < float(lost(report, "web", "users") or 0.0) < 0.4


REFUSED = [
    ({"each": ("nodes",)}, "did you mean 'node'"),
    ({"targets": ("wbe",)}, "did you mean 'web'"),
    ({"faults": ("kil",)}, "did you mean 'kill'"),
    ({"each": ("link",), "faults": ("kill",)}, "nothing of that sort to break"),
    ({"at": 60.0}, "before the end of the run"),
    ({"at": -1.0}, "before the end of the run"),
    ({"lasting": 0.0}, "a time above 0"),
    ({"lasting": float("nan")}, "a time above 0"),
    ({"window": 0.0}, "a window of 0 s"),
    ({"tolerance": 1.5}, "a tolerance of 1.5"),
    ({"seeds": 0}, "0 seeds"),
    ({"abort": ("users.success<0.5",)}, "users.success"),
    ({"abort": ("users.availability",)}, "write METRIC<VALUE"),
    ({"abort": ("users.availability<0.5@10..20",)}, "leave out the @ part"),
    ({"factor": -1.0, "faults": ("slow",)}, "slow web: factor should be at least 0, not -1"),
    ({"instances": 0}, "kill web: instances should be at least 1, not 0"),
    (
        {"delay": -1.0, "faults": ("slow",), "each": ("link",)},
        "slow users-web: seconds should be at least 0, not -1",
    ),
]


@pytest.mark.parametrize(("more", "said"), REFUSED)
def test_what_makes_no_sense_is_refused_in_a_line(more: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError) as refused:
        Chaos(tiers(), **more)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_design_of_clients_alone_has_nothing_to_break() -> None:
    lonely = Variant.of(
        design([client("users", 1.0), node("web", "service")], [link("users", "web")])
    )
    with pytest.raises(StudyError, match="nothing of that sort"):
        Chaos(lonely, each=("zone",))


def test_goodput_is_back_from_the_first_good_stretch_that_lasts() -> None:
    wanted = [100.0] * 10
    got = [100.0, 100.0, 0.0, 0.0, 0.0, 90.0, 100.0, 100.0, 100.0, 100.0]
    parts = stretches(wanted, got, 2.0, since=4.0)
    assert parts[0] == Stretch(4.0, 100.0, 0.0)
    assert recovered_at(parts, 0.1) == 10.0
    assert recovered_at(stretches(wanted, [0.0] * 10, 2.0, 4.0), 0.1) == float("inf")
    assert recovered_at(stretches(wanted, [*got[:9], 0.0], 2.0, 4.0), 0.1) == float("inf")
    assert recovered_at(stretches([0.0] * 10, got, 2.0, 4.0), 0.1) is None
    # Few are counted together, so that one more or less decides nothing.
    few = stretches([1.0, None, 2.0] * 40, [1.0, None, 2.0] * 40, 1.0, since=0.0)
    assert [part.wanted for part in few] == [100.0, 20.0]


def test_whom_nothing_reaches_any_more_gets_fewer_requests() -> None:
    report = conclude(Chaos(tiers(), targets=("web",)))
    fewer = {row["item"]: row["fewer"] for row in report.table("blast").records()}
    assert fewer["db"] == pytest.approx(1.0, abs=0.02)
    assert fewer["users"] == fewer["bots"] == fewer["api"] == 0.0


def test_what_was_found_is_not_found_twice_and_follows_other_runs() -> None:
    study = Chaos(tiers(), targets=("web", "db"))
    done = outcomes(study)
    whole = study.conclude(done)
    assert study.conclude(done) == whole
    some = dict(list(done.items())[:-1])
    assert len(study.conclude(some).table("experiments").rows) < len(
        whole.table("experiments").rows
    )
    assert study.conclude(done) == Chaos(tiers(), targets=("web", "db")).conclude(done)
