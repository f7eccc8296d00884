"""What a design costs: instances by the hour, work, requests and bytes, each at the price that it has."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import lower
from engine.catalog.checking import check
from engine.catalog.registry import COMPONENTS
from engine.model.design import Design
from engine.model.edits import SetDesign, SetField
from engine.model.files import dumps, loads
from engine.plan.theory import predict
from engine.run.session import Session

HOUR = 3600.0


def design(**more: object) -> Design:
    """Clients at 100 rps, two instances of a service, a database in another zone."""
    raw = {
        "nodes": [
            {
                "id": "users",
                "kind": "client",
                "config": {"arrivals": {"process": "poisson", "rate": 100.0}},
            },
            {
                "id": "web",
                "kind": "service",
                "frame": "a",
                "config": {"instances": 2, "service_time": {"law": "constant", "mean": 0.001}},
            },
            {"id": "db", "kind": "sql_database", "frame": "b"},
        ],
        "links": [
            {"id": "users-web", "source": "users", "target": "web"},
            {"id": "web-db", "source": "web", "target": "db"},
        ],
        "frames": [
            {"id": "eu", "kind": "region", "config": {"price_factor": 1.5}},
            {"id": "a", "kind": "zone", "frame": "eu"},
            {"id": "b", "kind": "zone", "frame": "eu", "config": {"price_factor": 2.0}},
        ],
        "classes": [{"name": "page", "request_bytes": 1000, "response_bytes": 9000}],
        "scenario": {"duration": 120.0, "warmup": 20.0},
        "prices": {
            "instance_hour": 1.0,
            "database_hour": 3.0,
            "gigabyte": 0.1,
            "zone_gigabyte": 0.02,
        },
        **more,
    }
    return Design.model_validate(raw)


def result_of(made: Design) -> dict[str, Any]:
    """A whole run."""
    session = Session(made)
    session.advance(made.scenario.duration)
    return session.result()


def test_each_part_costs_its_price_where_it_lies() -> None:
    """Two instances at 1.5 times, a database at twice, bytes at what they are: to nine digits."""
    result = result_of(design())
    nodes, links = result["nodes"], result["links"]
    assert nodes["web"]["extra"]["cost_per_hour"] == pytest.approx(3.0, rel=1e-9)
    assert nodes["db"]["extra"]["cost_per_hour"] == pytest.approx(6.0, rel=1e-9)
    out = links["users-web"]["bytes_out"] * HOUR / 100.0
    assert links["users-web"]["extra"]["cost_per_hour"] == pytest.approx(out * 0.15e-9, rel=1e-9)
    both = (links["web-db"]["bytes_in"] + links["web-db"]["bytes_out"]) * HOUR / 100.0
    assert links["web-db"]["extra"]["cost_per_hour"] == pytest.approx(both * 0.03e-9, rel=1e-9)
    whole = sum(part["extra"]["cost_per_hour"] for part in (*nodes.values(), *links.values()))
    assert result["cost_per_hour"] == pytest.approx(whole, rel=1e-9)
    served = result["clients"]["users"]["succeeded"]
    assert result["cost_per_1000"] == pytest.approx(whole / 36.0 * 1000.0 / served, rel=1e-9)


def test_without_prices_nothing_is_said_of_money() -> None:
    """A run has the hash that it has without any prices, and a file without them does not name them."""
    plain = design(prices=None)
    result = result_of(plain)
    assert "cost_per_hour" not in result
    assert "cost_per_hour" not in result["nodes"]["web"]["extra"]
    assert '"prices"' not in dumps(plain)
    assert loads(dumps(design())) == design()


def test_money_is_counted_at_the_price_of_its_time() -> None:
    """Twice the price from the middle on is half as much again; more instances cost more at once."""
    session = Session(design(scenario={"duration": 400.0, "warmup": 20.0}))
    session.advance(70.0)
    prices = {"instance_hour": 2.0, "database_hour": 3.0}
    session.apply(SetDesign(("prices",), prices))
    session.advance(120.0)
    web = session.result()["nodes"]["web"]["extra"]
    assert web["cost_per_hour"] == pytest.approx(4.5, rel=1e-9)
    session.apply(SetField("web", ("config", "instances"), 4))
    session.advance(220.0)
    web = session.result()["nodes"]["web"]["extra"]
    assert web["cost_per_hour"] == pytest.approx((3.0 * 50 + 6.0 * 50 + 12.0 * 100) / 200, rel=1e-9)
    session.apply(SetDesign(("prices",), None))
    assert "cost_per_hour" not in session.result()


def test_a_standby_costs_as_much_as_its_leader() -> None:
    """Whoever fails over pays for two machines."""
    raw = design().model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["nodes"][2]["config"] = {"failover": {}}
    result = result_of(Design.model_validate(raw))
    assert result["nodes"]["db"]["extra"]["cost_per_hour"] == pytest.approx(12.0, rel=1e-9)


def test_an_objective_may_bound_the_cost() -> None:
    """By its bare name; without prices it says so."""
    bounded = design(objectives=[{"metric": "cost_per_hour", "below": 10.0}])
    (judged,) = result_of(bounded)["objectives"]
    assert judged["met"]
    assert judged["value"] == pytest.approx(9.59, abs=0.02)
    unpriced = design(prices=None, objectives=[{"metric": "cost_per_1000", "below": 1.0}])
    (finding,) = [each for each in check(unpriced) if each.level == "error"]
    assert "switch prices on" in finding.message


def test_what_others_own_is_free() -> None:
    """Clients cost nothing, and links that stay in a zone have no price."""
    plan = lower(design())
    users = next(node for node in plan.nodes if node.id == "users")
    assert users.price is None


def test_theory_knows_as_much_with_prices_as_without() -> None:
    """Money changes no time: no number is withheld for it."""
    priced, plain = (predict(lower(each)) for each in (design(), design(prices=None)))
    assert priced == plain


def test_functions_cost_their_work_and_their_requests() -> None:
    """Half a second at 20 rps is 10 hours of work an hour."""
    raw = design().model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["nodes"][1] = {
        "id": "web",
        "kind": "function",
        "config": {"service_time": {"law": "constant", "mean": 0.02}},
    }
    raw["links"] = raw["links"][:1]
    raw["prices"] = {"function_hour": 10.0, "million_requests": 1e6, "gigabyte": 0.0}
    web = result_of(Design.model_validate(raw))["nodes"]["web"]
    expected = 20.0 * web["extra"]["concurrency"] / 2.0 + web["arrivals"] * 36.0
    assert web["extra"]["cost_per_hour"] == pytest.approx(expected, rel=1e-9)


def test_whatever_somebody_has_to_run_has_a_price() -> None:
    """Only clients are free: they are other people's."""
    free = {each.kind for each in COMPONENTS if each.pricing.is_free}
    assert free == {"client"}


def test_an_objective_for_what_a_part_of_the_run_costs_says_why_it_is_not_measured() -> None:
    part = {"metric": "cost_per_hour", "below": 20.0, "from": 30.0, "to": 60.0}
    (judged,) = result_of(design(objectives=[part]))["objectives"]
    assert (judged["met"], judged["value"]) == (False, None)
    assert judged["reason"] == "it is measured of the whole run alone"
