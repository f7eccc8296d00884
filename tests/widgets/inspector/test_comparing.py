"""Predictions beside measurements, as lines and as the section of the inspector."""

from __future__ import annotations

import math

import pytest

from engine.model.design import Design, Node
from engine.model.prediction import ClientPrediction, NodePrediction, Theory, full_at
from engine.sim.snapshot import NodeSample, Percentiles, Sample, Snapshot
from widgets.inspector.comparing import (
    averages_of,
    compare_client,
    compare_node,
    describe_design,
)

WEB = NodePrediction(
    model="M/M/1",
    rate=80.0,
    load=0.8,
    utilization=0.8,
    wait=0.04,
    residence=0.05,
    residence_p99=0.23,
)
USERS = ClientPrediction(model="sum of the hops", goodput=80.0, latency=0.05, latency_p99=0.23)


def second(end: float, **more) -> Sample:
    usual = {"arrivals": 80, "completed": 80, "queue": 3.2, "utilization": 0.8}
    latency = Percentiles(80, 0.05, 0.03, 0.15, 0.23)
    node = NodeSample(**({"latency": latency} | usual | more))
    return Sample(end - 1.0, end, {"web": node, "users": node}, {})


def measured(**more):
    return averages_of("web", [second(1.0, **more), second(2.0, **more)])


def by_title(comparison) -> dict[str, tuple[str, str, str]]:
    return {line.title: (line.predicted, line.measured, line.apart) for line in comparison.lines}


def test_what_agrees() -> None:
    lines = by_title(compare_node(WEB, measured()))
    assert lines["Arrivals"] == ("80 rps", "80 rps", "+0 %")
    assert lines["Utilization"] == ("80 %", "80 %", "+0 %")
    assert lines["Wait"] == ("40 ms", "40 ms", "+0 %")
    assert lines["Residence p99"] == ("230 ms", "230 ms", "+0 %")


def test_who_gives_up_waiting_is_told_and_waits_as_well() -> None:
    """A tenth leave after .1 s: all together wait as many seconds as stand in line."""
    leaving = NodePrediction(rate=80.0, utilization=0.8, wait=0.033, queue=3.2, left=0.1)
    lines = by_title(compare_node(leaving, measured()))
    assert lines["Gave up waiting"][0] == "10 %"
    assert lines["Wait"] == ("40 ms", "40 ms", "+0 %")
    assert "Gave up waiting" not in by_title(compare_node(WEB, measured()))


@pytest.mark.parametrize(
    ("mean", "apart", "state"),
    [(0.045, "−10 %", ""), (0.075, "+50 %", "saturated"), (0.16, "× 3.2", "failing")],
)
def test_what_differs_is_told_in_words_and_in_colour(mean: float, apart: str, state: str) -> None:
    latency = Percentiles(80, mean, 0.03, 0.15, 0.23)
    found = compare_node(WEB, measured(latency=latency))
    line = next(line for line in found.lines if line.title == "Residence")
    assert (line.apart, line.state) == (apart, state)


def test_those_who_were_refused_did_not_wait() -> None:
    found = measured(arrivals=160, failed={"queue_full": 80})
    assert found is not None
    assert found.wait == pytest.approx(0.04)


def test_before_a_run_there_are_predictions_alone() -> None:
    found = compare_node(WEB, None)
    assert not found.has_measured
    assert by_title(found)["Wait"] == ("40 ms", "", "")


def test_what_is_not_predicted_is_explained() -> None:
    lost = NodePrediction(
        rate=80.0, load=1.3, utilization=1.0, reason="unstable", doubts=("bursts",)
    )
    found = compare_node(lost, measured())
    assert by_title(found)["Wait"] == ("–", "40 ms", "")
    assert found.notes == ("unstable", "bursts")
    assert "Residence" not in by_title(compare_node(lost, None))


def test_a_client_shows_what_it_cannot_pass() -> None:
    client = ClientPrediction(goodput=9.05, latency=0.105, latency_p99=0.3, bound=20.0, knee=21.4)
    lines = by_title(compare_client(client, None))
    assert lines["At most"][0] == "20 rps"
    assert lines["Waits from"][0] == "21.4 users"
    assert "At most" not in by_title(compare_client(USERS, None))


def test_a_design_shows_what_ends_first_by_name() -> None:
    design = Design(nodes=(Node(id="web", kind="service", name="Checkout", config={}),))
    theory = Theory(nodes={"web": WEB}, bottleneck="web", headroom=1.25, doubts=("faults",))
    found = describe_design(theory, design)
    assert found.notes == ("bottleneck: Checkout, full at load ×\u00a01.25 of the design", "faults")


@pytest.mark.parametrize(
    ("dial", "headroom", "wanted"),
    [
        (1.0, 1.25, "full at 500 rps from clients, load ×\u00a01.25 of the design"),
        (
            10.0,
            0.738,
            (
                "full at 295 rps from clients, load ×\u00a07.38 of the design; the dial is at ×\u00a010, 400 rps, "
                "more than it can do"
            ),
        ),
        (2.0, math.inf, ""),
    ],
)
def test_it_is_said_at_which_rate_a_bottleneck_is_full(
    dial: float, headroom: float, wanted: str
) -> None:
    clients = {"a": ClientPrediction(offered=300.0), "b": ClientPrediction(offered=100.0)}
    assert full_at(Theory(clients=clients, dial=dial, headroom=headroom)) == wanted


# -- in the inspector -------------------------------------------------------------------------------


def snapshot(time: float, *samples: Sample) -> Snapshot:
    return Snapshot(time=time, wall=1.0, requests=1, samples=samples)


def test_the_section_is_hidden_until_something_is_predicted(bench) -> None:
    bench.panel.set_selection(("web",))
    assert bench.panel.beside.isHidden()
    bench.panel.set_theory(Theory(nodes={"web": WEB}, clients={"users": USERS}))
    assert not bench.panel.beside.isHidden()
    assert bench.panel.beside.title == "Theory"
    bench.panel.set_theory(None)
    assert bench.panel.beside.isHidden()


def test_the_section_follows_selection_and_measurement(bench, qtbot) -> None:
    panel = bench.panel
    panel.set_theory(Theory(nodes={"web": WEB}, clients={"users": USERS}))
    panel.set_selection(("web",))
    panel.set_snapshot(snapshot(1.0, second(1.0)))
    qtbot.waitUntil(lambda: panel.beside.title == "Theory beside measurement")
    assert ("Wait", "40 ms", "40 ms", "+0 %") in panel.beside.lines()
    assert panel.beside.note.text() == "Model: M/M/1."
    panel.set_selection(("users",))
    assert panel.beside.lines()[0] == ("Goodput", "80 rps", "80 rps", "+0 %")
    panel.set_selection(("f1",))
    assert panel.beside.isHidden()
    panel.clear_measurements()
    panel.set_selection(("web",))
    assert panel.beside.title == "Theory"


def test_a_sentence_for_each_thing_that_does_not_hold(bench) -> None:
    doubted = NodePrediction(
        model="M/M/48", rate=1.0, doubts=("workers are held", "not modelled: x")
    )
    bench.panel.set_theory(Theory(nodes={"web": doubted}))
    bench.panel.set_selection(("web",))
    bench.wait()
    assert bench.panel.beside.note.text() == "Model: M/M/48.\nWorkers are held.\nNot modelled: x."


def test_the_design_shows_its_bottleneck(bench) -> None:
    bench.panel.set_theory(Theory(nodes={"web": WEB}, bottleneck="web", headroom=0.9))
    bench.panel.set_selection(())
    assert (
        bench.panel.beside.note.text()
        == "Bottleneck: Checkout, full at load ×\u00a00.9 of the design."
    )


def test_a_long_name_does_not_widen_the_panel(bench) -> None:
    bench.panel.set_theory(Theory(nodes={"web": WEB}, bottleneck="web", doubts=("x" * 200,)))
    bench.panel.set_selection(())
    assert bench.panel.beside.minimumSizeHint().width() < 300


def test_another_theme_keeps_what_is_shown(bench, look) -> None:
    bench.panel.set_theory(Theory(nodes={"web": WEB}))
    bench.panel.set_selection(("web",))
    before = bench.panel.beside.lines()
    look.set_preference("light")
    assert bench.panel.beside.lines() == before


def test_what_changes_everything_is_not_said_again() -> None:
    doubts = ("not modelled: topic, which may change everything here", "not modelled: topic")
    said = compare_node(NodePrediction(model="M/G/∞", rate=0.0, doubts=doubts), None).notes
    assert said == doubts[:1]
