"""O28: burn-rate alerts page after burn · budget · window ÷ errors, and reset when the short window has forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.model.design import Objective
from engine.model.edits import SetDesign
from engine.run.session import Session
from engine.sim.alarms import Past
from tests.helpers.builders import client, design, link, node, run

ONE = {"rules": [[14.4, 3600, 300]]}


def service(
    instances: int,
    alerts: dict[str, Any] | None,
    begin: float = 100.0,
    length: float | None = None,
    **more: Any,
) -> Any:
    """Evenly spaced requests in turn to instances of which the first fails all of its own from a time on."""
    users = node(
        "users", "client", arrivals={"process": "deterministic", "rate": more.pop("rate", 50)}
    )
    web = node(
        "web", "service", instances=instances, service_time={"law": "constant", "mean": 0.001}
    )
    fault = {"at": begin, "duration": length, "target": "web", "change": "error"}
    fault |= {"probability": 1.0, "instances": 1}
    objective = {"metric": "users.availability", "above": more.pop("above", 0.999)}
    if alerts is not None:
        objective["alerts"] = alerts
    fields = {"duration": 3500.0, "warmup": 0.0, "events": [fault], "objectives": [objective]}
    return design([users, web], [link("users", "web")], **(fields | more))


def pages(made: Any) -> list[list[tuple[float, float | None]]]:
    """When each rule paged, and was over."""
    [objective] = run(made)["objectives"]
    return [[(each["at"], each["reset"]) for each in rule["pages"]] for rule in objective["alerts"]]


@pytest.mark.oracle(28)
@pytest.mark.parametrize(
    ("instances", "after"), [(1, 51.84), (10, 518.4), (20, 1036.8), (50, 2592.0), (100, None)]
)
def test_o28_it_pages_when_two_percent_of_the_budget_are_gone(
    instances: int, after: float | None
) -> None:
    """14.4 × over 1 h for .999: 51.84 s at 100 % errors, 518.4 at 10 %, 1037 at 5 %, 2592 at 2 %, never at 1 %."""
    [found] = pages(service(instances, ONE))
    if after is None:
        assert found == []
    else:
        assert found[0][0] - 100.0 == pytest.approx(after, abs=1.01)


@pytest.mark.oracle(28)
@pytest.mark.parametrize(
    ("burn", "long", "above", "instances"),
    [
        (6.0, 21_600.0, 0.999, 20),
        (10.0, 1800.0, 0.99, 4),
        (2.0, 3600.0, 0.95, 5),
        (1.0, 600.0, 0.9, 2),
    ],
)
def test_o28_at_other_parameters(burn: float, long: float, above: float, instances: int) -> None:
    """burn · (1 - objective) · window ÷ errors, the short window being full sooner."""
    alerts = {"rules": [[burn, long, long / 12.0]]}
    [found] = pages(service(instances, alerts, above=above, duration=2900.0))
    after = burn * (1.0 - above) * long * instances
    assert found[0][0] - 100.0 == pytest.approx(after, abs=long / 12.0 / 300.0 + 0.1)


@pytest.mark.oracle(28)
def test_o28_it_makes_no_difference_how_long_the_run_had_gone_on() -> None:
    late = service(1, ONE, begin=4000.0, duration=4200.0)
    [found] = pages(late)
    assert found[0][0] - 4000.0 == pytest.approx(51.84, abs=1.01)


@pytest.mark.oracle(28)
def test_o28_it_is_over_when_the_short_window_has_forgotten() -> None:
    """After 400 s of nothing but errors the short window is full of them: reset 300·(1 - .0144) s later."""
    [found] = pages(service(1, ONE, length=400.0))
    [(_, reset)] = found
    assert reset is not None
    assert reset - 500.0 == pytest.approx(300.0 * (1.0 - 0.0144), abs=1.01)


@pytest.mark.oracle(28)
def test_o28_both_windows_have_to_burn() -> None:
    """A minute of errors: the long window burns for an hour, but the page is over with the short window."""
    [found] = pages(service(1, ONE, length=60.0))
    [(at, reset)] = found
    assert at - 100.0 == pytest.approx(51.84, abs=1.01)
    assert reset is not None
    assert reset - 100.0 == pytest.approx(300.0 + 60.0 - 300.0 * 0.0144, abs=1.01)
    [found] = pages(service(1, ONE, length=50.0))
    assert found == [], "50 s are too short for the long window"


def test_the_rules_of_the_workbook_and_shorter_windows() -> None:
    """1 % errors: never by 14.4 × nor 6 ×·(1 h), but by 6 × over 6 h after 12 960 s; with ÷60, 216 s."""
    made = service(100, {"scale": 60.0}, duration=2000.0)
    fast, medium, slow = pages(made)
    assert fast == []
    assert medium[0][0] - 100.0 == pytest.approx(216.0, rel=0.02)
    assert slow[0][0] - 100.0 == pytest.approx(0.001 * 259_200.0 / 60.0 / 0.01, rel=0.02)


def test_an_objective_on_a_latency_has_a_budget_too() -> None:
    """A tenth of the requests takes longer than allowed, and one in a hundred may."""
    users = node("users", "client", arrivals={"process": "deterministic", "rate": 50})
    web = node("web", "service", instances=10, service_time={"law": "constant", "mean": 0.001})
    slow = {"at": 100.0, "duration": None, "target": "web", "change": "slow", "factor": 100.0}
    objective = {"metric": "users.latency.above.0.05", "below": 0.01}
    objective["alerts"] = {"rules": [[2.0, 1000.0, 100.0]]}
    events = [slow | {"instances": 1}]
    made = design(
        [users, web],
        [link("users", "web")],
        duration=500.0,
        warmup=0.0,
        events=events,
        objectives=[objective],
    )
    [found] = pages(made)
    assert found[0][0] - 100.0 == pytest.approx(2.0 * 0.01 * 1000.0 / 0.1, abs=1.0)


def test_pages_are_told() -> None:
    session = Session(service(1, ONE, length=60.0, duration=600.0))
    session.advance(600.0)
    told = [(each.kind, each.text, each.target) for each in session.snapshot().notices]
    text = "availability of Users burns its error budget more than 14.4 × in 1 h and 300 s"
    assert ("alert", f"Page: {text}", "users") in told
    assert [kind for kind, *_ in told].count("restored") == 2


def test_a_run_is_the_same_with_alerts_as_without() -> None:
    def numbers(alerts: dict[str, Any] | None) -> str:
        result = run(service(10, alerts, duration=700.0))
        return json.dumps([result[name] for name in ("clients", "nodes", "links")])

    assert numbers(None) == numbers({})


def test_edits_while_it_runs() -> None:
    session = Session(service(1, ONE))
    session.advance(160.0)
    [page] = session.result()["objectives"][0]["alerts"][0]["pages"]
    other = {"metric": "users.availability", "above": 0.999, "alerts": {"rules": [[5, 600, 60]]}}
    kept = other | {"alerts": ONE}
    session.apply(SetDesign(("objectives",), [other, kept]))
    session.advance(400.0)
    new, old = session.result()["objectives"]
    assert old["alerts"][0]["pages"] == [page], "it goes on as it was"
    assert len(new["alerts"][0]["pages"]) == 1
    assert new["alerts"][0]["pages"][0]["at"] == pytest.approx(160.0 + 3.0, abs=0.3)
    session.apply(SetDesign(("objectives",), []))
    session.advance(500.0)
    assert session.result()["objectives"] == []


def test_a_run_without_requests_pages_nobody() -> None:
    made = design(
        [client("users", 0.0), node("web", "service")],
        [link("users", "web")],
        objectives=[{"metric": "users.availability", "above": 0.9, "alerts": {}}],
    )
    assert pages(made) == [[], [], []]


def test_a_window_forgets_what_is_older_and_keeps_little() -> None:
    past = Past(10.0, 0.0, (0.0, 0.0))
    for step in range(200_000):
        now = (step + 1) * 0.001
        past.share(now, float(step // 2), float(step + 1))
    assert past.share(200.0, 100_000.0, 200_000.0) == pytest.approx(0.5, abs=0.01)
    assert past.share(205.0, 100_000.0, 205_000.0) == pytest.approx(0.25, abs=0.01)
    assert past.share(215.0, 100_000.0, 215_000.0) == 0.0


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"metric": "users.latency.p99", "below": 0.1, "alerts": {}}, "error budget"),
        ({"metric": "users.availability", "above": 1.0, "alerts": {}}, "error budget"),
        ({"metric": "users.availability", "above": 0.9, "alerts": {"rules": []}}, "never page"),
        (
            {"metric": "users.availability", "above": 0.9, "alerts": {"rules": [[1, 10, 20]]}},
            "swap them",
        ),
    ],
)
def test_alerts_that_mean_nothing_are_refused(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Objective.model_validate(raw)
