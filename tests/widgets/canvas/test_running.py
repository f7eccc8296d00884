"""A run on the canvas: states, dots, streams, faults, tooltips, reduced motion."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from engine.model.design import Design, Link, Node, Note
from engine.model.edits import SetDesign, SetField
from engine.model.findings import Finding
from engine.sim.snapshot import (
    Crossing,
    InstanceGauge,
    LinkSample,
    NodeGauge,
    NodeSample,
    Percentiles,
    Sample,
    Snapshot,
)
from widgets.canvas import running
from widgets.instruments import Past


def snapshot(time: float, crossings=(), nodes=None, links=None, gauges=None) -> Snapshot:
    sample = Sample(time - 0.1, time, nodes or {}, links or {})
    return Snapshot(
        time=time,
        wall=0.0,
        requests=0,
        samples=(sample,),
        crossings=tuple(crossings),
        gauges=gauges or {},
    )


def failing(view, steps: int = 20) -> None:
    """Show a run in which web times out and its link to the database fails."""
    for step in range(1, steps + 1):
        view.show_snapshot(
            snapshot(
                step * 0.1,
                nodes={
                    "users": NodeSample(arrivals=30, completed=30),
                    "web": NodeSample(
                        arrivals=100,
                        completed=80,
                        failed={"timeout": 20},
                        utilization=0.9,
                        latency=Percentiles(100, 0.1, 0.1, 0.4, 0.9),
                    ),
                },
                links={
                    "web-db": LinkSample(attempts=90, succeeded=60, failed={"timeout": 30}),
                    "users-web": LinkSample(attempts=3, succeeded=3),
                },
                gauges={"web": NodeGauge(instances=(InstanceGauge(busy=4, workers=4),))},
            ),
            0.1,
        )


def test_cards_and_links_take_the_states_of_the_run(desk) -> None:
    failing(desk.view)
    scene = desk.view._scene
    assert scene.cards["web"].face.state == "failing"
    assert scene.cards["web"].face.badge == "timeout 20 %"
    assert scene.cards["users"].face.state == "healthy"
    assert scene.cards["db"].face.state == "idle"
    assert scene.links["web-db"].face.state == "failing"
    assert scene.links["web-db"].face.width > scene.links["users-web"].face.width


def test_clear_run_takes_every_trace_away(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(
                Node(id="users", kind="client"),
                Node(id="web", kind="service", x=300.0, y=90.0),
                Node(id="db", kind="sql_database", x=600.0),
            ),
            links=(
                Link(id="users-web", source="users", target="web", config={"timeout": 1.0}),
                Link(id="web-db", source="web", target="db"),
            ),
            notes=(Note(id="idea", text="Try a cache", y=204.0),),
        )
    )
    plain = desk.picture()
    failing(desk.view)
    desk.view.show_snapshot(snapshot(3.0, [Crossing("web-db", 2.95, 0.1, "request")]), 0.1)
    desk.view.advance(0.2)
    assert desk.picture() != plain
    desk.view.clear_run()
    assert desk.picture() == plain


def test_dots_go_along_their_link_and_end(desk) -> None:
    view, scene = desk.view, desk.view._scene
    crossings = [
        Crossing("web-db", 0.1, 0.00025, "request"),
        Crossing("web-db", 0.1, 0.00025, "failure"),
        Crossing("nowhere", 0.1, 0.1, "request"),
    ]
    view.show_snapshot(snapshot(0.1, crossings), 0.1)
    view.advance(0.1)
    assert len(scene.dots) == 2
    start, end = (point.x() for point in scene.links["web-db"].ends)
    seen = []
    for _ in range(3):
        view.advance(0.1)
        places, _ = scene.dots.places()
        seen.append(places[:, 0].tolist())
    there, back = np.array(seen).T
    assert (np.diff(there) > 0).all()
    assert (np.diff(back) < 0).all()
    assert start < there[0] < there[-1] < end
    view.advance(0.5)
    assert len(scene.dots) == 0


def test_a_slow_link_takes_its_simulated_time(desk) -> None:
    view = desk.view
    view.show_snapshot(snapshot(1.0), 1.0)
    view.show_snapshot(snapshot(2.0, [Crossing("web-db", 2.0, 2.0, "request")]), 1.0)
    view.advance(0.31)
    for _ in range(19):
        view.advance(0.1)
        assert len(view._scene.dots) == 1
    view.advance(0.2)
    assert len(view._scene.dots) == 0


def test_dots_on_a_link_keep_their_distance(desk) -> None:
    many = [Crossing("web-db", 0.1 * i / 2_000, 1.0, "request") for i in range(2_000)]
    desk.view.show_snapshot(snapshot(0.1, many), 0.1)
    desk.view.advance(0.4)
    places, _ = desk.view._scene.dots.places()
    assert 1 < len(places) < 20
    assert np.diff(np.sort(places[:, 0])).min() >= 12


def test_dots_are_bounded(make_desk) -> None:
    names = [f"n{i}" for i in range(1100)]
    desk = make_desk(
        Design(
            nodes=tuple(Node(id=each, kind="service", x=300.0 * i) for i, each in enumerate(names)),
            links=tuple(
                Link(id=f"l{i}", source=a, target=b)
                for i, (a, b) in enumerate(itertools.pairwise(names))
            ),
        )
    )
    desk.view._scene.arriving.finish()
    crossings = [Crossing(f"l{i}", 0.1, 1.0, "request") for i in range(1099)]
    desk.view.show_snapshot(snapshot(0.1, crossings), 0.1)
    assert len(desk.view._scene.dots) == 1000


def test_more_than_dots_can_show_flows(desk) -> None:
    failing(desk.view)
    streams = desk.view._scene.streams
    before = streams.strokes()[0]
    assert len(streams) > 0
    desk.view.advance(0.05)
    assert not np.allclose(streams.strokes()[0], before)
    assert before[:, 0].min() >= 384


def test_reduced_motion_shows_states_but_nothing_moves(desk) -> None:
    desk.view.set_motion("reduced")
    failing(desk.view)
    desk.view.show_snapshot(snapshot(3.0, [Crossing("web-db", 3.0, 0.1, "request")]), 0.1)
    assert len(desk.view._scene.dots) == 0
    assert len(desk.view._scene.streams) == 0
    assert desk.view._scene.cards["web"].face.state == "failing"


def test_a_step_shows_its_numbers_at_once(desk) -> None:
    nodes = {"web": NodeSample(arrivals=5, completed=5, utilization=0.3)}
    desk.view.show_snapshot(snapshot(0.1, nodes=nodes), 0.0)
    assert desk.view._scene.cards["web"].face.live == "50 rps"


def test_an_event_in_force_is_worn_by_its_target(desk) -> None:
    events = [
        {"at": 1, "duration": 1, "target": "db", "change": "slow", "factor": 10},
        {"at": 1, "target": "web-db", "change": "loss", "probability": 0.5},
    ]
    desk.view.show_snapshot(snapshot(1.5), 0.1)
    desk.apply(SetDesign(("scenario", "events"), events))
    scene = desk.view._scene
    assert scene.cards["db"].face.fault == "slow × 10"
    assert scene.links["web-db"].face.fault == "loss 50 %"
    desk.view.show_snapshot(snapshot(2.5), 0.1)
    assert scene.cards["db"].face.fault == ""
    desk.undo()
    assert scene.links["web-db"].face.fault == ""


def test_findings_mark_items_and_show_in_tooltips(desk) -> None:
    finding = Finding(level="warning", code="x", message="No <timeout> here")
    desk.view.set_findings({"web": (finding,), "web-db": (finding,)})
    assert desk.view._scene.cards["web"].face.mark == "warning"
    tip = desk.view._input.tip_at(QPointF(desk.at(300, 0)))
    assert "No &lt;timeout&gt; here" in tip
    desk.view.set_findings({})
    assert desk.view._scene.cards["web"].face.mark == ""


def test_only_what_is_marked_otherwise_is_painted_anew_for_findings(desk) -> None:
    scene = desk.view._scene

    def outdated(*levels: str, words: str = "") -> set[str]:
        found = tuple(Finding(level=level, code="x", message=words) for level in levels)
        return scene.presenter.set_findings({"web": found, "web-db": found})

    assert outdated("risk") == {"web"}  # links have no mark, and there may be thousands of them
    assert outdated("risk", words="of the item's new name") == set()
    assert outdated("risk", "warning") == {"web"}
    assert outdated() == {"web"}


def test_tooltips_tell_rates_latency_and_failures(desk) -> None:
    failing(desk.view)
    node = desk.view._input.tip_at(QPointF(desk.at(300, 0)))
    for text in ("Web", "1.0k rps", "900 ms", "timeout", "20 %", "Utilization"):
        assert text in node
    link = desk.view._input.tip_at(QPointF(desk.at(450, 0)))
    for text in ("Web → DB", "900 rps", "33 %"):
        assert text in link
    assert desk.view._input.tip_at(QPointF(desk.at(0, -300))) == ""


def test_a_name_from_a_file_is_shown_and_not_interpreted(desk) -> None:
    desk.apply(SetField("web", ("name",), "<img src=x>" * 15))
    tip = desk.view._input.tip_at(QPointF(desk.at(300, 0)))
    assert "<img" not in tip


@pytest.mark.parametrize("removed", ["web", "web-db"])
def test_what_is_deleted_while_it_runs_goes_with_its_dots(desk, removed) -> None:
    failing(desk.view)
    desk.view.show_snapshot(snapshot(3.0, [Crossing("web-db", 3.0, 1.0, "request")]), 0.1)
    desk.view.select([removed])
    desk.view.delete_selection()
    assert len(desk.view._scene.dots) == 0
    desk.view.show_snapshot(snapshot(3.1, [Crossing("web-db", 3.1, 1.0, "request")]), 0.1)
    desk.view.advance(0.1)
    desk.view.grab()
    assert removed not in desk.view._scene.presenter.stats.nodes


def test_a_new_wiring_is_not_measured_by_the_calm_of_the_old(desk) -> None:
    def answer(time: float, p99: float) -> None:
        latency = Percentiles(50, p99 / 3, p99 / 4, p99 / 2, p99)
        node = NodeSample(arrivals=50, completed=50, latency=latency)
        desk.view.show_snapshot(snapshot(time, nodes={"web": node}), 0.1)

    for step in range(1, 60):
        answer(step * 0.1, 0.001)
    desk.view.select(["web-db"])
    desk.view.delete_selection()
    for step in range(60, 160):
        answer(step * 0.1, 0.05)
    assert desk.view._scene.cards["web"].face.state == "healthy"


def half_broken(view, past: Past) -> Snapshot:
    """Show and keep a minute in whose second half every other request fails; returns the last snapshot."""
    quiet = {
        "web": NodeSample(
            arrivals=50, completed=50, latency=Percentiles(50, 0.01, 0.01, 0.02, 0.02)
        )
    }
    broken = {"web": NodeSample(arrivals=50, completed=25, failed={"timeout": 25})}
    for second in range(1, 61):
        now = replace(
            snapshot(float(second), nodes=quiet if second < 30 else broken),
            samples=(Sample(second - 1.0, float(second), quiet if second < 30 else broken, {}),),
        )
        view.show_snapshot(now, 1.0)
        past.add(now, view.remember())
    return now


def test_a_moment_of_the_past_is_shown_while_the_run_goes_on(desk) -> None:
    view, past = desk.view, Past()
    now = half_broken(view, past)
    broken = now.samples[0].nodes
    cards = view._scene.cards
    assert cards["web"].face.state == "failing"
    view.show_past(past.at(20.0))
    assert cards["web"].face.state == "healthy"
    assert "50 rps" in cards["web"].face.live
    assert not view._running.moves
    later = replace(now, time=61.0, samples=(Sample(60.0, 61.0, broken, {}),))
    view.show_snapshot(later, 1.0)
    assert cards["web"].face.state == "healthy", "it goes on unseen"
    view.show_past(None)
    assert cards["web"].face.state == "failing"
    assert view._scene.presenter.stats.time == 61.0


def test_moments_of_large_designs_are_worked_out_in_turns(desk, monkeypatch) -> None:
    """Whoever drags sees each that is ready, and then the one where the cursor is by then."""
    view, past = desk.view, Past()
    half_broken(view, past)
    take_turns(monkeypatch)
    turns, web = view._running._turns, view._scene.cards["web"]
    view.show_past(past.at(20.0))
    assert web.face.state == "failing", "not yet"
    view.show_past(past.at(40.0))
    view.show_past(past.at(21.0))
    seen = []
    while turns.is_busy:
        turns.turn()
        if (shown := view._scene.presenter.past) is not None and shown.time not in seen:
            seen.append(shown.time)
            assert web.face.state == "healthy"
    assert seen == [20.0, 21.0]
    view.show_past(past.at(40.0))
    view.show_past(None)
    assert not turns.is_busy
    assert view._scene.presenter.past is None
    view._running._taking.finish()
    assert web.face.state == "failing"


def take_turns(monkeypatch) -> None:
    """Have every design be a large one, with a step a turn."""
    monkeypatch.setattr(running, "_AT_ONCE", 0)
    monkeypatch.setattr("widgets.turns._TURN", 0.0)


def test_numbers_of_large_designs_are_taken_in_in_turns(desk, monkeypatch) -> None:
    view, past = desk.view, Past()
    now = half_broken(view, past)
    take_turns(monkeypatch)
    monkeypatch.setattr(running, "_STEP", 1)
    web, taking = view._scene.cards["web"], view._running._taking
    well = {
        "web": NodeSample(arrivals=9, completed=9, latency=Percentiles(9, 0.01, 0.01, 0.02, 0.02))
    }
    assert web.face.state == "failing"
    later = replace(now, time=160.0, samples=(Sample(60.0, 160.0, well, {}),))
    view.show_snapshot(later, 100.0)
    assert taking.is_busy
    assert web.face.state == "failing", "not yet"
    for end in (161.0, 162.0):
        view.show_snapshot(
            replace(later, time=end, samples=(Sample(end - 1.0, end, well, {}),)), 1.0
        )
    assert view._scene.presenter.stats.time == 160.0, "what comes meanwhile waits"
    taking.finish()
    assert view._scene.presenter.stats.time == 162.0
    assert view._scene.presenter.stats.speed == pytest.approx(1.0)
    assert web.face.state == "healthy"
    view.show_snapshot(replace(later, time=170.0), 1.0)
    view.show_snapshot(replace(later, time=171.0), 1.0)
    view.clear_run()
    taking.finish()
    assert web.face.state == "idle"
    assert view._scene.presenter.stats.time is None


def test_a_run_of_a_large_design_goes_on_from_a_moment_in_turns(desk, monkeypatch) -> None:
    view, past = desk.view, Past()
    half_broken(view, past)
    take_turns(monkeypatch)
    view.show_past(past.at(20.0))
    view._running._turns.finish()
    view.go_on_from(past.at(20.0))
    view._running._taking.finish()
    presenter = view._scene.presenter
    assert presenter.past is None
    assert presenter.stats.time == 20.0
    assert view._scene.cards["web"].face.state == "healthy"


def test_events_in_force_at_a_moment_are_marked_then(desk) -> None:
    view, past = desk.view, Past()
    event = {"at": 30.0, "change": "kill", "target": "web", "duration": 5.0}
    desk.apply(SetDesign(("scenario", "events"), [event]))
    for second in range(1, 61):
        past.add(
            replace(snapshot(float(second)), samples=(Sample(second - 1.0, float(second), {}, {}),))
        )
    view.show_snapshot(snapshot(60.0), 0.0)
    assert view._scene.presenter.faults == {}
    view.show_past(past.at(32.0))
    assert "web" in view._scene.presenter.faults
