"""What cards and links say."""

from __future__ import annotations

import math

import pytest

from engine.model.design import Design, Event, Frame, Link, Node
from engine.sim.snapshot import InstanceGauge, NodeGauge
from widgets.canvas.card_state import (
    BAR_STEPS,
    Setting,
    bar_steps,
    cell_levels,
    frame_face,
    node_face,
    totals_line,
    worst_mark,
)
from widgets.canvas.health import NodeHealth
from widgets.canvas.link_painter import width_of
from widgets.canvas.live_stats import active_faults
from widgets.canvas.policies import link_pills
from widgets.canvas.readings import Reading
from widgets.canvas.totals import Gates, Totals, gates_of, totals_of
from widgets.canvas.wording import (
    short_number,
    short_percent,
    short_quantity,
    short_rate,
    short_time,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.04, "0"),
        (0.4, "0.4"),
        (7.0, "7"),
        (9.96, "10"),
        (706.0, "706"),
        (999.6, "1.0k"),
        (1234.0, "1.2k"),
        (34_400.0, "34k"),
        (5.6e6, "5.6M"),
        (math.nan, "–"),
    ],
)
def test_short_numbers(value: float, text: str) -> None:
    assert short_number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0000042, "4.2 µs"),
        (0.00025, "250 µs"),
        (0.0482, "48 ms"),
        (0.9996, "1 s"),
        (1.43, "1.4 s"),
        (62.0, "62 s"),
        (600.0, "10 min"),
        (36_000.0, "10 h"),
        (math.inf, "–"),
    ],
)
def test_short_times(seconds: float, text: str) -> None:
    assert short_time(seconds) == text


def test_shares_and_quantities() -> None:
    assert [short_percent(x) for x in (0.0, 0.004, 0.12, 1.0)] == ["0 %", "0.4 %", "12 %", "100 %"]
    assert [short_quantity(2.0, unit) for unit in ("s", "%", "rps", "", "keys")] == [
        "2 s",
        "200 %",
        "2 rps",
        "2",
        "2 keys",
    ]
    assert short_rate(2400.0) == "2.4k rps"


def seen(gauge: NodeGauge | None = None, **reading) -> NodeHealth:
    health = NodeHealth()
    for _ in range(60):
        health.observe(Reading(seconds=0.1, **reading), gauge, 0.1)
    return health


def test_a_node_at_rest_says_what_it_is(desk) -> None:
    face = desk.view._scene.cards["web"].face
    assert (face.name, face.live, face.state) == ("Web", "Service", "idle")
    assert face.cells == ("unknown",) * 3
    unknown = node_face(Node(id="x", kind="portal"), Setting(component=None, instances=None), None)
    assert (unknown.icon, unknown.live) == ("unknown", "unknown kind “portal”")


def test_the_live_line_and_the_badge(desk) -> None:
    service = desk.view._scene.presenter.components["service"]
    node = Node(id="web", kind="service", name="Web")
    setting = Setting(component=service, instances=1)
    face = node_face(node, setting, seen(rate=1200.0, done=100, p99=0.048))
    assert face.live == "1.2k rps · p99 48 ms"
    face = node_face(node, setting, seen(rate=700.0, done=88, failed={"timeout": 12}))
    assert (face.live, face.badge, face.state) == ("700 rps", "timeout 12 %", "failing")


def test_a_headline_metric_takes_the_place_of_p99(desk) -> None:
    cache = desk.view._scene.presenter.components["cache"]
    node = Node(id="c", kind="cache")
    setting = Setting(component=cache, instances=1)
    face = node_face(node, setting, seen(rate=1100.0, done=9, p99=0.1, extra={"hit_ratio": 0.88}))
    assert face.live == "1.1k rps · hit 88 %"


def test_cells_show_each_instance(desk) -> None:
    service = desk.view._scene.presenter.components["service"]
    gauge = NodeGauge(
        instance_count=70,
        instances=(
            InstanceGauge(busy=8, workers=8, waiting=9),
            InstanceGauge(busy=6, workers=8),
            InstanceGauge(busy=1, workers=8),
            InstanceGauge("down"),
            InstanceGauge("starting"),
            InstanceGauge(busy=1, workers=8, slow=10.0),
        ),
        faults=("slow × 10",),
    )
    health = seen(gauge, rate=9.0, done=1)
    face = node_face(Node(id="w", kind="service"), Setting(component=service, instances=1), health)
    assert face.cells == ("saturated", "strained", "healthy", "down", "starting", "slow")
    assert (face.more, face.fault) == (64, "slow × 10")


def test_the_queue_is_the_tail_of_the_bar() -> None:
    assert bar_steps(0.5, 0.0, 8) == (BAR_STEPS // 2, 0)
    work, tail = bar_steps(1.0, 800.0, 8)
    assert tail / BAR_STEPS == pytest.approx(0.28, abs=0.02)
    assert work + tail == BAR_STEPS


def test_a_collapsed_frame_shows_totals_and_the_worst() -> None:
    calm = seen(rate=10.0, done=9, utilization=0.1)
    bad = seen(rate=10.0, done=5, failed={"crashed": 5}, utilization=0.9)
    frame = Frame(id="f", name="East")
    totals = totals_of({"calm": calm, "bad": bad}, 4, 3, [calm.flow, bad.flow])
    face = frame_face(frame, [calm, bad], totals, Setting(component=None, instances=None))
    assert (face.name, face.live, face.state) == ("East", "4 instances · 20 rps", "failing")
    assert totals.worst == "bad"
    assert totals.ratios == {"crashed": pytest.approx(5 / 19)}
    assert face.badge == "crashed 26 %"
    assert face.stacked


def test_a_collapsed_frame_counts_the_instances_that_are_up() -> None:
    totals = Totals(nodes=3, instances=12, ready=9, rate=1200.0, worst="a", state="strained")
    assert totals_line(totals, is_running=True) == "9 of 12 up · 1.2k rps"
    assert totals_line(totals, is_running=False) == "3 nodes · 12 instances"
    assert totals_line(Totals(nodes=1), is_running=True) == "1 node · 0 rps"


def test_requests_come_into_a_frame_from_outside_or_begin_in_it() -> None:
    design = Design(
        nodes=tuple(Node(id=each, kind="service") for each in "abcd"),
        links=(
            Link(id="ab", source="a", target="b"),
            Link(id="bc", source="b", target="c"),
            Link(id="cb", source="c", target="b"),
            Link(id="db", source="d", target="b"),
        ),
    )
    gates = gates_of(design, {"f": ["b", "c", "d"]})
    assert gates == {"f": Gates(links=("ab",), sources=("d",))}


def test_the_gravest_finding_marks_the_card() -> None:
    assert worst_mark(["risk", "error", "warning"]) == "error"
    assert worst_mark([]) == ""


def test_policies_of_a_link_as_pills() -> None:
    config = {"timeout": 1.0, "retry": {"attempts": 3}, "mode": "send", "probability": 0.25}
    assert [pill.text for pill in link_pills(config, {})] == ["send", "1 s", "×3", "25 %"]
    assert link_pills({"delay": 0.1, "retry": {"attempts": 1}, "timeout": None}, {}) == ()
    assert link_pills({"timeout": "soon", "retry": 7}, {}) == ()


def test_the_width_of_a_link_grows_with_the_logarithm_of_its_rate() -> None:
    widths = [width_of(rate) for rate in (0.0, 60.0, 600.0, 6_000.0, 6e9)]
    assert widths == [1.5, 1.5, 3.0, 4.5, 6.5]


def test_events_act_between_their_times() -> None:
    events = (
        Event(at=10.0, duration=5.0, target="web", change="slow", factor=10.0),
        Event(at=12.0, target="a", change="partition", with_="b"),
        Event(at=0.0, change="traffic", factor=2.0),
    )
    design = Design.model_construct(
        scenario=Design().scenario.model_copy(update={"events": events})
    )
    assert active_faults(design, None) == {}
    assert active_faults(design, 11.0) == {"web": ("slow × 10",)}
    assert active_faults(design, 20.0) == {"a": ("cut off",), "b": ("cut off",)}


def fed(*rates: float, seconds: float = 20.0) -> NodeHealth:
    """A node to whose instances so many a second came, ten snapshots a second."""
    health = NodeHealth()
    for step in range(int(seconds * 10)):
        instances = tuple(
            InstanceGauge(busy=1, workers=8, arrivals=1 + int(rate * step / 10.0)) for rate in rates
        )
        gauge = NodeGauge(instance_count=len(rates), instances=instances)
        health.observe(None, gauge, 0.1)
    return health


def test_cells_are_bars_where_less_comes_to_some() -> None:
    assert cell_levels(fed(1000.0, 500.0, 250.0)) == (4, 2, 1)
    assert cell_levels(fed(1000.0, 980.0, 1010.0)) == ()


def test_chance_is_no_difference() -> None:
    """3 a second beside 2: a few seconds say nothing."""
    assert cell_levels(fed(3.0, 2.0)) == ()


def test_one_instance_and_none_at_all_have_no_bars() -> None:
    assert cell_levels(fed(100.0)) == ()
    assert cell_levels(NodeHealth()) == ()
