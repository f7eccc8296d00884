"""What can be tried about a node: edits that fit it, and what theory says of each, against formulas."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import typed_config, typed_link
from engine.why.ideas import ideas_for
from engine.why.what_if import client_of, suppose
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node
from tests.helpers.theory import mmc_response

RATE, MEAN = 80.0, 0.01


def shop(web: Raw | None = None, **of_link: Any) -> Any:
    one = node("web", "service", workers=1, service_time=exponential(MEAN))
    return design([client("users", RATE), web or one], [link("users", "web", **of_link)])


def named(made: Any, about: str = "web") -> dict[str, Any]:
    return {each.name: each for each in ideas_for(made, about)}


def test_each_idea_changes_what_it_says() -> None:
    made = shop(timeout=0.5)
    ideas = named(made)
    assert list(ideas) == ["twice_as_fast", "one_more", "half_load", "half_timeout"]
    changed = {name: each.edit.apply(made).design for name, each in ideas.items()}
    web: Any = {name: typed_config(each.node_by_id["web"]) for name, each in changed.items()}
    assert web["twice_as_fast"].service_time.mean == MEAN / 2
    assert web["one_more"].instances == 2
    users: Any = typed_config(changed["half_load"].node_by_id["users"])
    assert users.arrivals.rate == RATE / 2
    assert typed_link(changed["half_timeout"].link_by_id["users-web"]).timeout == 0.25
    assert ideas["half_timeout"].items == ("users-web",)
    for each in ideas.values():
        assert each.edit.apply(made).inverse.apply(each.edit.apply(made).design).design == made


def test_all_work_of_a_node_is_halved() -> None:
    flow = [{"work": constant(0.004)}, {"work": "service_time"}, {"call": "web-db"}]
    web = node(
        "web", "service", service_time={"law": "uniform", "low": 0.01, "high": 0.03}, flow=flow,
        class_times={"request": {"law": "empirical", "values": [0.2, 0.4]}},
    )  # fmt: skip
    db = node("db", "sql_database", read_time=exponential(0.002))
    made = design([client(), web, db], [link("users", "web"), link("web", "db")])
    faster = named(made)["twice_as_fast"].edit.apply(made).design
    config: Any = typed_config(faster.node_by_id["web"])
    assert (config.service_time.low, config.service_time.high) == (0.005, 0.015)
    assert config.class_times["request"].values == (0.1, 0.2)
    raw = faster.node_by_id["web"].config["flow"]
    assert raw == [{"work": constant(0.002)}, {"work": "service_time"}, {"call": "web-db"}]
    more = named(made, "db")["one_more"]
    assert "connection" in more.title
    assert faster.node_by_id["db"] == made.node_by_id["db"]


@pytest.mark.parametrize(
    ("arrivals", "field", "halved"),
    [
        ({"process": "poisson", "rate": [[0, 10], [60, 30]]}, "rate", [[0, 5], [60, 15]]),
        ({"process": "closed", "users": 7}, "users", 3),
        ({"process": "active_users", "users": 30.0}, "users", 15.0),
        ({"process": "trace", "times": [1.0, 2.0]}, "speed", 0.5),
    ],
)
def test_every_kind_of_traffic_can_be_halved(arrivals: Raw, field: str, halved: Any) -> None:
    made = design(
        [node("users", "client", arrivals=arrivals), node("web", "service")], [link("users", "web")]
    )
    idea = named(made)["half_load"].edit.apply(made).design
    assert idea.node_by_id["users"].config["arrivals"][field] == halved


def pooled() -> Any:
    """A pool of two between app and db, a bulkhead before, and a cache of which nothing is limited."""
    db, cache = (
        node(name, "service", workers=50, service_time=exponential(0.02)) for name in ("db", "kv")
    )
    pool = {"per": "caller", "protocol": "none", "max_connections": 2}
    return design(
        [client("users", 95.0), node("app", "service", service_time=exponential(0.002)), db, cache],
        [
            link("users", "app", bulkhead={"concurrent": 40}),
            link("app", "db", connection=pool),
            link("app", "kv"),
        ],
    )


def test_limits_of_links_are_doubled_the_nearest_first() -> None:
    made = pooled()
    for about in ("db", "app"):
        ideas = named(made, about)
        assert ideas["twice_connections"].title == "Give App twice as many connections to Db: 4"
        assert ideas["twice_connections"].items == ("app-db",)
        wider = ideas["twice_connections"].edit.apply(made).design
        connection = typed_link(wider.link_by_id["app-db"]).connection
        assert connection is not None
        assert (connection.max_connections, connection.protocol) == (4, "none")
        looser = ideas["twice_bulkhead"].edit.apply(made).design
        bulkhead = typed_link(looser.link_by_id["users-app"]).bulkhead
        assert bulkhead is not None
        assert bulkhead.concurrent == 80
    order = [each.name for each in ideas_for(made, "db")]
    assert order[-2:] == ["twice_connections", "twice_bulkhead"]
    assert not {"twice_connections"} & set(named(made, "kv"))  # not on the way to it
    no_limit = shop(connection={"max_connections": None})
    assert not {"twice_connections", "twice_bulkhead"} & set(named(no_limit))


def test_what_does_not_fit_is_left_out() -> None:
    lone = {"process": "closed", "users": 1}
    made = design(
        [
            node("users", "client", arrivals=lone),
            node("lb", "load_balancer"),
            node("web", "service"),
        ],
        [link("users", "lb", timeout=2.0), link("lb", "web")],
    )
    assert set(named(made)) == {"twice_as_fast", "one_more", "half_timeout"}
    assert "one_more" not in named(made, "lb")
    assert named(made)["half_timeout"].items == ("users-lb",)  # the nearest there is


def test_theory_of_each_idea_is_the_formula() -> None:
    """M/M/1: the time in the system is exponential, so that p99 is ln 100 over what is left of the rate."""
    made = suppose(shop())
    assert (made.node, made.client) == ("web", "users")
    said = dict(zip((each.name for each in made.ideas), made.foretold, strict=True))
    left = {"twice_as_fast": 2 / MEAN - RATE, "half_load": 1 / MEAN - RATE / 2}
    assert made.now.p99 == pytest.approx(math.log(100) / (1 / MEAN - RATE), rel=0.01)
    for name, rate in left.items():
        assert said[name].mean == pytest.approx(1 / rate)
        assert said[name].p99 == pytest.approx(math.log(100) / rate, rel=0.01)
    assert said["half_load"].goodput == pytest.approx(RATE / 2)
    pooled = shop(node("web", "service", workers=4, service_time=exponential(0.04)))
    half = suppose(pooled)
    place = [each.name for each in half.ideas].index("half_load")
    assert half.foretold[place].mean == pytest.approx(mmc_response(4, RATE / 2, 0.04))


def test_where_theory_is_silent_it_says_why() -> None:
    made = suppose(shop(node("web", "service", workers=1, service_time=exponential(0.02))))
    assert made.now.p99 is None
    assert "without bound" in made.now.doubt


def test_a_node_without_clients_is_nobodys_bottleneck() -> None:
    made = design(
        [client(), node("web", "service"), node("alone", "service")], [link("users", "web")]
    )
    assert client_of(made, "alone") is None
    assert suppose(made, "alone").ideas == ()
