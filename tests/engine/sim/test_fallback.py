"""Fallbacks: what is answered when calls fail for good, by counting and by hand."""

from __future__ import annotations

import pytest

from engine.catalog import check, lower
from engine.control.simulation import Simulation
from engine.model.design import Design
from engine.model.policies.fallback import Fallback
from engine.plan.primitives import KeyPlan, LinkPlan, Plan
from engine.plan.single_points import single_points
from engine.plan.theory import predict
from engine.sim.invariants import check as laws
from engine.sim.report import Result, result_of
from tests.helpers.builders import design as designed
from tests.helpers.builders import link as drawn
from tests.helpers.builders import node as item
from tests.helpers.plans import (
    client,
    event,
    link,
    plan,
    request_class,
    retry,
    simulate,
    station,
)

ALWAYS = 1e9


def outage(share: float = 1.0, at: float = 0.0, end: float = ALWAYS) -> object:
    return event(at, end - at, "error", nodes=("api",), probability=share)


def caller(*links: LinkPlan, **changes: object) -> Plan:
    """Web calls what may fail, and something spare."""
    nodes = [
        client(process="deterministic", rate=100.0, **changes.pop("traffic", {})),  # type: ignore[arg-type]
        station("web", 0.001, workers=10),
        station("api", 0.002, workers=10),
        station("spare", 0.05, workers=100),
    ]
    fields = {"duration": 50.0, "events": (outage(),)} | changes
    return plan(nodes, [link("users", "web"), *links], **fields)


def test_a_static_answer_is_there_at_once() -> None:
    edge = link("web", "api", retry=retry(3), policies=(Fallback(),))
    result = simulate(caller(edge))
    users, found = result["clients"]["users"], result["links"]["web-api"]
    assert users["failed"] == {}
    assert found["extra"]["fallbacks"] == users["succeeded"]
    assert found["attempts"] == pytest.approx(3 * users["succeeded"], abs=3)
    assert users["latency"]["mean"] == pytest.approx(0.007, abs=1e-6)


def test_it_is_not_used_while_calls_succeed() -> None:
    edge = link("web", "api", policies=(Fallback(),))
    result = simulate(caller(edge, events=()))
    assert result["links"]["web-api"]["extra"]["fallbacks"] == 0
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.003, abs=1e-6)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_another_link_takes_what_fails_and_nothing_else(share: float) -> None:
    fallback = Fallback(kind="link", link="web-spare")
    links = [link("web", "api", policies=(fallback,)), link("web", "spare")]
    result = simulate(caller(*links, events=(outage(share),), duration=200.0))
    users, found = result["clients"]["users"], result["links"]
    assert users["failed"] == {}
    failed = found["web-api"]["failed"]["error"]
    assert failed == pytest.approx(share * 20_000, rel=0.03)
    assert found["web-spare"]["attempts"] == failed == found["web-api"]["extra"]["fallbacks"]
    mean = 0.003 + share * 0.05
    assert users["latency"]["mean"] == pytest.approx(mean, rel=0.03)


def test_where_the_other_link_fails_too_the_request_fails() -> None:
    links = [
        link("web", "api", policies=(Fallback(kind="link", link="web-spare"),)),
        link("web", "spare", policies=()),
    ]
    down = event(0.0, ALWAYS, "error", nodes=("spare",), probability=1.0)
    users = simulate(caller(*links, events=(outage(), down)))["clients"]["users"]
    assert users["succeeded"] == 0
    chain = [links[0], link("web", "spare", policies=(Fallback(),))]
    users = simulate(caller(*chain, events=(outage(), down)))["clients"]["users"]
    assert users["failed"] == {}


def test_repeated_calls_go_on_after_each_fallback() -> None:
    """N+1 of five calls: all of them are made, each is answered by itself."""
    edge = link("web", "api", times=5, policies=(Fallback(),))
    result = simulate(caller(edge))
    assert result["links"]["web-api"]["attempts"] == pytest.approx(
        5 * result["clients"]["users"]["succeeded"], abs=5
    )


def stale(max_age: float | None = None, write: bool = False, keys: KeyPlan | None = None) -> Result:
    """Ten good seconds, then nothing but errors, for another ten."""
    edge = link("web", "api", policies=(Fallback(kind="stale", max_age=max_age),))
    kind = request_class("r", write=write, keys=keys or KeyPlan(count=1, alpha=0.0))
    made = caller(edge, events=(outage(at=10.0),), duration=20.0, classes=(kind,))
    simulation = Simulation(made)
    simulation.advance(made.duration)
    laws(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def test_the_last_good_answer_is_given_again() -> None:
    result = stale()
    extra = result["links"]["web-api"]["extra"]
    assert result["clients"]["users"]["failed"] == {}
    assert extra["fallbacks"] == pytest.approx(1000, abs=2)
    assert extra["stale_age"] == pytest.approx(5.0, abs=0.02)


def test_old_answers_are_not_given_for_ever_nor_to_writes() -> None:
    assert stale(max_age=4.0)["clients"]["users"]["failed"]["error"] == pytest.approx(600, abs=2)
    assert stale(write=True)["clients"]["users"]["failed"]["error"] == pytest.approx(1000, abs=2)


def test_each_key_has_its_own_old_answer() -> None:
    """Of n equally popular keys (1 - 1/n)^1000 were not asked for in the good seconds."""
    count = 700
    failed = stale(keys=KeyPlan(count=count, alpha=0.0))["clients"]["users"]["failed"]["error"]
    assert failed == pytest.approx(1000 * (1 - 1 / count) ** 1000, rel=0.15)


def test_theory_says_nothing_where_it_matters() -> None:
    """While calls succeed a fallback changes nothing; where they fail nobody knows what it does to the rest."""
    calm = caller(link("web", "api", timeout=1.0, policies=(Fallback(),)), events=())
    users = predict(calm).clients["users"]
    assert (users.goodput, users.latency) == (100.0, pytest.approx(0.003))
    late = caller(link("web", "api", timeout=0.001, policies=(Fallback(),)), events=())
    users = predict(late).clients["users"]
    assert (users.goodput, users.latency) == (None, None)
    assert users.reason


@pytest.mark.parametrize(
    ("links", "single"),
    [
        ((link("web", "api"),), {"web", "api"}),
        ((link("web", "api", policies=(Fallback(),)),), {"web"}),
        (
            (
                link("web", "api", policies=(Fallback(kind="link", link="web-spare"),)),
                link("web", "spare"),
            ),
            {"web"},
        ),
    ],
)
def test_what_has_a_fallback_is_no_single_point_of_failure(
    links: tuple[LinkPlan, ...], single: set[str]
) -> None:
    made = caller(*links, events=())
    assert single_points(made, ["users", "web", "api", "spare"]).of_all == single
    for name in ("web", "api", "spare"):
        killed = event(0.0, ALWAYS, "kill", nodes=(name,))
        answered = simulate(caller(*links, events=(killed,)))["clients"]["users"]["succeeded"]
        assert (answered == 0) == (name in single)


def test_old_answers_save_nobody_for_ever() -> None:
    order = ["users", "web", "api", "spare"]
    for max_age, single in ((None, {"web"}), (1.0, {"web", "api"})):
        edge = link("web", "api", policies=(Fallback(kind="stale", max_age=max_age),))
        assert single_points(caller(edge, events=()), order).of_all == single


def drawing(fallback: object, balanced: object = None, spare: object = None) -> Design:
    nodes = [
        item("users", "client"),
        item("lb", "load_balancer"),
        item("web", "service"),
        item("api", "service"),
        item("spare", "service"),
    ]
    links = [
        drawn("users", "lb"),
        drawn("lb", "web", fallback=balanced),
        drawn("web", "api", fallback=fallback),
        drawn("web", "spare", fallback=spare),
    ]
    return designed(nodes, links)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (drawing({"kind": "link", "link": "web-spar"}), "did you mean 'web-spare'?"),
        (drawing({"kind": "link", "link": "lb-web"}), "no other link from Web"),
        (drawing({"kind": "link", "link": "web-api"}), "no other link from Web"),
        (drawing({"kind": "link"}), "name another one of the same caller"),
        (drawing(None, balanced={"kind": "link", "link": "lb-web"}), "no other link from Lb"),
    ],
)
def test_a_wrong_link_is_refused_with_a_remedy(design: Design, said: str) -> None:
    errors = [each for each in check(design) if each.level == "error"]
    assert len(errors) == 1
    assert said in errors[0].message


def test_fallbacks_that_go_round_are_refused() -> None:
    there, back = ({"kind": "link", "link": name} for name in ("web-spare", "web-api"))
    assert lower(drawing(there)).links[2].policy(Fallback) is not None
    errors = check(drawing(there, spare=back))
    assert sum("leads back to it" in each.message for each in errors) == 2
