"""Findings: errors that keep a design from running, warnings, risks; and fixes that settle them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import check
from engine.model.design import Design, Link, Node
from engine.model.files import dumps, loads
from tests.helpers.builders import client, design, exponential, link, node
from tests.helpers.findings import found, one, settled
from tests.helpers.strategies import rich_raw

TIMED: dict[str, Any] = {"timeout": 1.0}


def web(*, rate: float = 100, timeout: bool = True, **config: Any) -> Design:
    """Users who call one service."""
    policy = TIMED if timeout else {}
    return design(
        [client("users", rate), node("web", "service", **config)], [link("users", "web", **policy)]
    )


def test_a_design_without_fault_has_no_findings() -> None:
    made = web(instances=2, queue_limit=100)
    assert {each.code for each in check(made)} == {"single-point-group"}
    helped = {"fallback": {"kind": "static"}}
    nodes = [client(), node("web", "service", instances=2, queue_limit=100)]
    assert check(design(nodes, [link("users", "web", **TIMED, **helped)])) == ()


class TestErrors:
    @pytest.mark.parametrize(
        ("config", "field", "says"),
        [
            ({"workers": "four"}, "config.workers", "workers should be a whole number, not 'four'"),
            ({"workers": 1.5}, "config.workers", "workers should be a whole number"),
            ({"workers": True}, "config.workers", "workers should be a whole number, not true"),
            ({"workers": 0}, "config.workers", "workers should be at least 1, not 0"),
            ({"queue_limit": -1}, "config.queue_limit", "queue_limit should be at least 0"),
            (
                {"discipline": "lilo"},
                "config.discipline",
                "should be 'fifo', 'lifo', 'adaptive_lifo'",
            ),
            ({"service_time": 5}, "config.service_time", 'an object such as {"law": "exponential"'),
            ({"service_time": {"mean": 1}}, "config.service_time", "service_time needs 'law'"),
            ({"service_time": {"law": "x"}}, "config.service_time", "'lognormal'"),
            (
                {"service_time": exponential(-1)},
                "config.service_time.mean",
                "service_time.mean should be at least 0, not -1",
            ),
            ({"hold_while_waiting": "no"}, "config.hold_while_waiting", "should be true or false"),
        ],
    )
    def test_wrong_values_name_id_field_and_remedy(
        self, config: dict[str, Any], field: str, says: str
    ) -> None:
        finding = one(web(**config), "bad-value")
        assert (finding.level, finding.id, finding.field) == ("error", "web", field)
        assert says in finding.message

    def test_batches_need_a_waiting_line(self) -> None:
        made = web(discipline="ps", batch={"size": 10})
        finding = one(made, "bad-batch")
        assert (finding.id, finding.field, finding.level) == ("web", "config.batch", "error")
        settled(made, finding)

    def test_batches_and_a_flow_of_steps_exclude_each_other(self) -> None:
        made = web(batch={"size": 10}, flow=[{"work": "service_time"}])
        settled(made, one(made, "bad-batch"))

    def test_pauses_that_follow_each_other_at_once_would_let_time_stand_still(self) -> None:
        at_once = {"law": "constant", "mean": 0.0}
        made = web(pauses={"every": at_once, "length": at_once})
        finding = one(made, "no-time")
        assert (finding.id, finding.field, finding.level) == ("web", "config.pauses.every", "error")
        settled(made, finding)
        assert found(web(pauses={"every": at_once}), "no-time") == []

    def test_an_instance_that_cannot_hold_a_request_is_worth_a_warning(self) -> None:
        memory = {"base": 500e6, "per_peer": 10e6, "limit": 512e6}
        assert found(web(instances=2, memory=memory), "no-memory") == []
        made = web(instances=3, memory=memory)
        assert "520 MB" in one(made, "no-memory").message
        settled(made, one(made, "no-memory"))

    def test_a_class_time_names_a_class(self) -> None:
        finding = one(web(class_times={"reed": {"law": "constant", "mean": 1}}), "unknown-class")
        assert (finding.id, finding.field) == ("web", "config.class_times")
        assert finding.message == "'reed' is no request class; write 'request'"

    def test_wrong_values_of_links_and_clients(self) -> None:
        made = design(
            [client(arrivals_=1), node("web", "service")],
            [link("users", "web", delay={"law": "exponential", "mean": -1}, timeout=0)],
        )
        assert [(each.id, each.field) for each in found(made, "bad-value")] == [
            ("users-web", "config.delay.mean"),
            ("users-web", "config.timeout"),
        ]
        rates = design(
            [node("users", "client", arrivals={"process": "poisson", "rate": [[0, "x"]]})], []
        )
        assert one(rates, "bad-value").field == "config.arrivals.rate.0.1"

    @pytest.mark.parametrize(
        ("arrivals", "says"),
        [
            ({"process": "poisson", "rate": []}, "give a number or at least one point"),
            ({"process": "poisson", "rate": [[5, 1], [4, 1]]}, "must not fall; sort the points"),
            ({"process": "mmpp", "rate": [[1, 2], [1, 3], [1, 4]]}, "a step needs only two"),
            ({"process": "trace", "times": [1, 2], "classes": ["a"]}, "1 classes for 2 times"),
            ({"process": "trace", "times": [1, 2], "keys": [1, 2, 3]}, "3 keys for 2 times"),
            ({"process": "trace", "times": [1, 9], "repeat": 8}, "before the last arrival (9 s)"),
            ({"process": "trace", "times": [1, -1]}, "should be at least 0"),
            ({"process": "trace", "times": [1], "speed": 0}, "speed should be at least"),
            ({"process": "sessions", "requests": 0.5}, "requests should be at least 1"),
            ({"process": "sessions", "requests_law": "pareto"}, "should be 'geometric'"),
            ({"process": "active_users", "users": -1}, "users should be at least 0"),
            ({"process": "active_users", "window": 0}, "window should be at least 0.01"),
            ({"process": "sometimes"}, "'active_users'"),
        ],
    )
    def test_wrong_arrivals(self, arrivals: dict[str, Any], says: str) -> None:
        finding = one(design([node("users", "client", arrivals=arrivals)], []), "bad-value")
        assert (finding.id, finding.level) == ("users", "error")
        assert says in finding.message

    def test_a_recording_of_a_class_that_is_not_there(self) -> None:
        trace = {"process": "trace", "times": [1, 2, 3], "classes": ["red", "read", "red"]}
        users = node("users", "client", arrivals=trace)
        finding = one(design([users], [], classes=[{"name": "read"}]), "unknown-class")
        assert finding.field == "config.arrivals.classes"
        assert finding.message == "'red' is no request class; did you mean 'read'?"

    def test_unknown_kinds_cannot_run(self) -> None:
        made = design([client(), node("odd", "gizmo")], [link("users", "odd")])
        assert "knows no 'gizmo'" in one(made, "unknown-kind").message

    def test_nobody_makes_requests(self) -> None:
        assert one(design([node("web", "service")], []), "no-client").id is None

    @pytest.mark.parametrize(
        ("source", "target", "says"),
        [
            ("users", "users-2", "A Client cannot be called"),
            ("users", "mailer", "A Worker takes messages from a queue, but a Client makes calls"),
            ("inbox", "web", "A Queue hands messages to workers, but a Service takes calls"),
            ("db", "web", "A SQL database calls nobody"),
        ],
    )
    def test_links_that_cannot_be(self, source: str, target: str, says: str) -> None:
        nodes = [
            client(),
            client("users-2"),
            node("web", "service"),
            node("inbox", "queue"),
            node("mailer", "worker"),
            node("db", "sql_database"),
        ]
        made = design(nodes, [link(source, target)])
        finding = one(made, "bad-link")
        assert finding.message.startswith(says)
        assert settled(made, finding).links == ()

    def test_ids_and_ends_are_checked_in_designs_that_no_file_made(self) -> None:
        nodes = (Node(id="users", kind="client"), Node(id="users", kind="service"))
        made = Design(nodes=nodes, links=(Link(id="l", source="users", target="gone"),))
        assert one(made, "duplicate-id").id == "users"
        assert one(made, "bad-link").field == "target"

    def test_calls_that_wait_in_a_circle_run_unless_they_do_so_for_ever(self) -> None:
        nodes = [client(), node("a", "service"), node("b", "service"), node("c", "service")]
        links = [
            link("users", "a"),
            link("a", "b"),
            link("b", "c"),
            link("c", "a", probability=0.1),
        ]
        assert [each for each in check(design(nodes, links)) if each.level == "error"] == []
        links[3]["config"] = {}
        made = design(nodes, links)
        finding = one(made, "endless-loop")
        assert "A → B → C → A" in finding.message
        assert found(settled(made, finding), "endless-loop") == []

    def test_requests_that_go_round_without_end(self) -> None:
        nodes = [client(), node("a", "service"), node("b", "service")]
        links = [link("users", "a"), link("a", "b", mode="send"), link("b", "a", mode="send")]
        assert "A → B → A" in one(design(nodes, links), "endless-loop").message
        links[2]["config"]["probability"] = 0.5
        assert found(design(nodes, links), "endless-loop") == []

    def test_a_queue_that_its_worker_feeds(self) -> None:
        nodes = [client(), node("inbox", "queue"), node("it", "worker")]
        links = [link("users", "inbox"), link("inbox", "it"), link("it", "inbox")]
        assert one(design(nodes, links), "endless-loop").level == "error"
        links[2]["config"]["probability"] = 0.2
        made = design(nodes, links)
        assert [each for each in check(made) if each.level == "error"] == []

    @pytest.mark.parametrize(
        ("more", "code", "says"),
        [
            (
                {"mix": {"raed": 1}},
                "unknown-class",
                "'raed' is no request class; did you mean 'read'?",
            ),
            ({"mix": {"other": 1}}, "unknown-class", "write 'read' or 'write'"),
            ({"mix": {"read": 0}}, "bad-mix", "sum to zero"),
        ],
    )
    def test_classes_that_do_not_exist(self, more: dict[str, Any], code: str, says: str) -> None:
        classes = [{"name": "read"}, {"name": "write"}]
        assert says in one(design([client(**more)], [], classes=classes), code).message

    def test_classes_of_links_and_doubles(self) -> None:
        made = design([client(), node("web", "service")], [link("users", "web", classes=["x"])])
        assert one(made, "unknown-class").id == "users-web"
        twice = design([client()], [], classes=[{"name": "a"}, {"name": "a"}])
        assert "Two request classes" in one(twice, "duplicate-class").message

    @pytest.mark.parametrize(
        ("event", "field", "says"),
        [
            ({"target": "wbe", "change": "kill"}, "target", "did you mean 'web'?"),
            ({"target": "web", "with": "dbb", "change": "partition"}, "with", "did you mean 'db'?"),
            ({"target": "web", "change": "flush"}, "target", "name a cache"),
            ({"target": "web", "change": "traffic", "factor": 2}, "target", "makes no traffic"),
            ({"target": "cache-db", "change": "kill"}, "target", "needs a node or a frame"),
            (
                {"target": "web", "change": "set", "path": "wokers", "value": 3},
                "path",
                "'workers'?",
            ),
            (
                {"target": "web", "change": "set", "path": "workers", "value": "x"},
                "path",
                "whole number",
            ),
            ({"target": "zone", "change": "set", "path": "a", "value": 1}, "target", "not a frame"),
        ],
    )
    def test_events_that_mean_nothing(self, event: dict[str, Any], field: str, says: str) -> None:
        raw = rich_raw()
        raw["scenario"]["events"].append({"at": 1} | event)
        made = loads(json.dumps(raw))
        finding = one(made, "bad-event")
        assert finding.field == f"scenario.events.4.{field}"
        assert says in finding.message
        assert len(settled(made, finding).scenario.events) == 4

    def test_a_field_that_a_kind_does_not_read_is_refused_and_can_be_taken_out(self) -> None:
        raw = rich_raw()
        event = {"at": 1, "target": "web", "change": "kill", "factor": 3, "later": 1, "path": None}
        raw["scenario"]["events"] = [event]
        made = loads(json.dumps(raw))
        finding = one(made, "unread-field")
        assert (finding.level, finding.id) == ("error", "web")
        assert finding.field == "scenario.events.0.factor"
        assert (
            "The kill event at 1 s does not read 'factor' (it reads 'instances' and 'instance' and 'through')"
            in (finding.message)
        )
        (left,) = settled(made, finding).scenario.events
        assert left.model_dump(exclude_unset=True, by_alias=True) == {
            name: value for name, value in event.items() if name != "factor"
        }
        assert '"factor": 3' in dumps(made)

    @pytest.mark.parametrize(
        ("metric", "says"),
        [
            ("users.latency.p98", "did you mean users.latency.p99?"),
            ("user.latency.p99", "did you mean users.latency.p99?"),
            ("web.utilisation", "did you mean web.utilization?"),
            ("web.extra.hit_ratio", "Nothing is measured"),
            ("latency", "begin with the id"),
            ("users-web.latency", "did you mean users-web.latency.p99?"),
        ],
    )
    def test_objectives_that_nothing_measures(self, metric: str, says: str) -> None:
        made = design(
            [client(), node("web", "service")],
            [link("users", "web")],
            objectives=[{"metric": metric, "below": 1}],
        )
        finding = one(made, "unknown-metric")
        assert finding.field == "objectives.0.metric"
        assert says in finding.message

    @pytest.mark.parametrize(
        "metric",
        [
            "users.goodput",
            "users.failed",
            "users.failed.timeout",
            "cache.extra.hit_ratio",
            "web.wait.p99",
            "web-cache.retries",
            "orders.extra.lag",
        ],
    )
    def test_objectives_that_can_be_measured(self, metric: str) -> None:
        raw = rich_raw() | {"objectives": [{"metric": metric, "below": 1}]}
        assert found(loads(json.dumps(raw)), "unknown-metric") == []


class TestWarnings:
    def test_a_field_that_nothing_reads_with_the_likely_name(self) -> None:
        made = web(worker=3)
        finding = one(made, "unknown-field")
        assert "did you mean 'workers'?" in finding.message
        after = settled(made, finding)
        assert after.node_by_id["web"].config == {"workers": 3}

    def test_a_nested_field_that_nothing_reads(self) -> None:
        made = web(service_time={"law": "exponential", "mean": 0.01, "cv": 2})
        finding = one(made, "unknown-field")
        assert finding.field == "config.service_time.cv"
        settled(made, finding)

    def test_a_uniform_law_may_be_given_by_its_mean(self) -> None:
        assert found(web(service_time={"law": "uniform", "mean": 0.01}), "unknown-field") == []

    @pytest.mark.parametrize(
        ("kind", "code", "says"),
        [
            ("service", "no-caller", "Nobody calls It"),
            ("worker", "no-queue", "has no queue to pull from"),
            ("queue", "no-consumer", "Nothing takes messages from It"),
            ("load_balancer", "no-target", "has nobody to send requests to"),
            ("client", "no-target", "calls nobody"),
        ],
    )
    def test_nodes_that_hang_in_the_air(self, kind: str, code: str, says: str) -> None:
        made = design([client(), node("web", "service"), node("it", kind)], [link("users", "web")])
        findings = [finding for finding in found(made, code) if finding.id == "it"]
        assert says in findings[0].message

    def test_links_that_nothing_uses(self) -> None:
        nodes = [client(), node("web", "service"), node("db", "sql_database")]
        links = [link("users", "web"), link("web", "db", probability=0, when="miss", classes=[])]
        codes = [finding.code for finding in check(design(nodes, links)) if finding.id == "web-db"]
        assert codes[:3] == ["unused-link", "unused-link", "no-cache-before"]

    def test_an_event_after_the_end(self) -> None:
        event = {"at": 700, "change": "traffic", "factor": 2}
        made = design([client(), node("web", "service")], [link("users", "web")], events=[event])
        assert "after the end of the run" in one(made, "late-event").message


def carried(rate: float = 100.0, **network: Any) -> Design:
    """Users whose link to a fast service carries 1 kB there and 10 kB back a request."""
    nodes = [
        client("users", rate),
        node("web", "service", instances=2, queue_limit=100, service_time=exponential(0.001)),
    ]
    return design(nodes, [link("users", "web", **TIMED, **network)])


class TestNetworks:
    def test_more_bytes_than_the_bandwidth(self) -> None:
        told = {each.code for each in check(carried(bandwidth=1e6))}
        assert told == {"single-point-group"}, "just enough: 100 answers of 10 kB"
        finding = one(carried(101.0, bandwidth=1e6), "bandwidth")
        assert "Answers over Users → Web come to 8.08 Mb/s" in finding.message
        assert "more than its 8 Mb/s" in finding.message
        assert finding.field == "config.bandwidth"
        settled(carried(101.0, bandwidth=1e6), finding)

    def test_a_closed_population_never_overloads_a_link(self) -> None:
        users = node("users", "client", arrivals={"process": "closed", "users": 99})
        web = node("web", "service", instances=2, queue_limit=100)
        made = design([users, web], [link("users", "web", **TIMED, bandwidth=10.0)])
        assert found(made, "bandwidth") == []

    def test_fewer_connections_than_calls_at_a_time(self) -> None:
        # 2 x 3 connections, a call each, 60 ms there and back and 1 ms of work: 98.4 a second.
        limits = {"delay": 0.03, "connection": {"max_connections": 3}}
        assert found(carried(98.0, **limits), "few-connections") == []
        finding = one(carried(99.0, **limits), "few-connections")
        assert "(98.4 rps); 5 connections can" in finding.message
        assert finding.field == "config.connection.max_connections"
        settled(carried(99.0, **limits), finding)
        for more in ({"streams": 2}, {"max_connections": None}):
            rules = {**limits, "connection": {"max_connections": 3, **more}}
            assert found(carried(99.0, **rules), "few-connections") == []

    def test_encryption_that_is_set_up_without_it(self) -> None:
        half = {"encryption": {}, "connection": {"protocol": "tcp", "streams": 100}}
        finding = one(carried(**half), "bare-set-up")
        assert finding.level == "warning"
        after = settled(carried(**half), finding)
        assert after.links[0].config["connection"] == {"protocol": "tls_1_3", "streams": 100}

    @pytest.mark.parametrize(
        ("network", "field"),
        [
            ({"bandwidth": 0}, "config.bandwidth"),
            ({"connection": {"streams": 0}}, "config.connection.streams"),
            ({"connection": {"protocol": "tls"}}, "config.connection.protocol"),
            ({"connection": True}, "config.connection"),
            ({"encryption": {"certificate": "dsa"}}, "config.encryption.certificate"),
        ],
    )
    def test_wrong_values_are_named(self, network: dict[str, Any], field: str) -> None:
        assert one(carried(**network), "bad-value").field == field

    def test_a_misspelt_field_inside_is_found(self) -> None:
        finding = one(carried(connection={"stream": 9}), "unknown-field")
        assert finding.field == "config.connection.stream"
        assert settled(carried(connection={"stream": 9}), finding).links[0].config[
            "connection"
        ] == {"streams": 9}


class TestStores:
    def test_entries_larger_than_the_whole_store(self) -> None:
        nodes = [client(), node("cache", "cache", capacity_bytes=9_999)]
        made = design(nodes, [link("users", "cache")])
        finding = one(made, "entry-too-large")
        assert finding.message == (
            "Entries of up to 10 kB are larger than all of Cache (10 kB), so nothing is kept of: request"
        )
        assert settled(made, finding).nodes[1].config == {"capacity_bytes": 10_000.0}
        fits = node("cache", "cache", capacity_bytes=9_999, entry_bytes=9_999)
        assert found(design([client(), fits], [link("users", "cache")]), "entry-too-large") == []


class TestRisks:
    def test_no_timeout(self) -> None:
        made = web(timeout=False, instances=2, queue_limit=9)
        finding = one(made, "no-timeout")
        assert "No timeout on Users → Web" in finding.message
        after = settled(made, finding)
        assert after.links[0].config == {"timeout": 1.0}

    def test_only_who_waits_holding_something_needs_a_timeout(self) -> None:
        nodes = [
            client(),
            node("b", "load_balancer"),
            node("web", "service"),
            node("db", "sql_database"),
        ]
        links = [link("users", "b", **TIMED), link("b", "web"), link("web", "db")]
        assert [each.id for each in found(design(nodes, links), "no-timeout")] == ["web-db"]
        nodes[2]["config"]["hold_while_waiting"] = False
        assert found(design(nodes, links), "no-timeout") == []

    def test_one_instance(self) -> None:
        made = web(queue_limit=9)
        finding = one(made, "single-point")
        assert "One instance of Web" in finding.message
        group = one(settled(made, finding), "single-point-group")
        assert group.message.startswith("Every answer needs Web: when its 2 instances die together")

    def test_an_unbounded_queue_behind_impatient_callers(self) -> None:
        made = web(instances=2, workers=4, service_time=exponential(0.01))
        finding = one(made, "unbounded-queue")
        assert finding.message.startswith(
            "Unbounded queue: after a stall, work that nobody waits for is done first. Set 200"
        )
        assert settled(made, finding).node_by_id["web"].config["queue_limit"] == 200

    @pytest.mark.parametrize(
        ("gates", "bounded"),
        [
            ({"shed": {}}, True),
            ({"concurrency": {"limit": 50}}, True),
            ({"rate_limit": {"rate": 300}}, True),
            ({"rate_limit": {"rate": 900}}, False),
            ({"rate_limit": {"rate": 300, "by": "client"}}, False),
            ({"waiting_room": {"rate": 300}}, True),
            ({"waiting_room": {"rate": 900}}, False),
            ({"idempotency": {}}, False),
        ],
    )
    def test_a_gate_may_bound_the_queue(self, gates: dict[str, object], bounded: bool) -> None:
        made = web(rate=500, workers=4, service_time=exponential(0.01), admission=gates)
        assert (found(made, "endless-queue") == []) is bounded

    def test_patience_reaches_through_a_balancer(self) -> None:
        nodes = [client(), node("b", "load_balancer"), node("web", "service", instances=2)]
        made = design(nodes, [link("users", "b", **TIMED), link("b", "web")])
        assert one(made, "unbounded-queue").id == "web"

    def test_more_than_can_be_served(self) -> None:
        made = web(rate=400, workers=4, instances=1, service_time=exponential(0.0125))
        finding = one(made, "overload")
        assert "400 rps exceeds what Web can serve (320 rps)" in finding.message
        assert settled(made, finding).node_by_id["web"].config["instances"] == 2

    def test_workers_held_while_they_wait_count(self) -> None:
        slow = node("db", "sql_database", read_time=exponential(0.1))
        nodes = [
            client("users", 50),
            node("web", "service", workers=4, service_time=exponential(0.01)),
            slow,
        ]
        links = [link("users", "web", **TIMED), link("web", "db", **TIMED)]
        assert "serve (36.4 rps)" in one(design(nodes, links), "overload").message
        nodes[1]["config"]["hold_while_waiting"] = False
        assert found(design(nodes, links), "overload") == []

    def test_retries_that_keep_a_service_down(self) -> None:
        policy = TIMED | {"retry": {"attempts": 2}}
        nodes = [
            client("users", 280),
            node("web", "service", workers=3, service_time=exponential(0.01)),
        ]
        made = design(nodes, [link("users", "web", **policy)])
        finding = one(made, "retry-storm")
        assert "280 rps × 2 tries is more than the 300 rps it can serve" in finding.message
        settled(made, finding)
        calm = [client("users", 140), nodes[1]]
        assert found(design(calm, [link("users", "web", **policy)]), "retry-storm") == []

    def test_retries_in_layers_multiply(self) -> None:
        three = {"retry": {"attempts": 3}, "timeout": 1}
        nodes = [client(), node("a", "service"), node("b", "service"), node("c", "service")]
        links = [link("users", "a", **three), link("a", "b", **three), link("b", "c", **three)]
        messages = [each.message for each in found(design(nodes, links), "retry-layers")]
        assert any("up to 9 tries at B" in each for each in messages)
        assert any("up to 27 tries at C" in each for each in messages)

    def test_waiting_longer_than_ones_own_callers(self) -> None:
        nodes = [client(), node("web", "service"), node("db", "sql_database")]
        made = design(nodes, [link("users", "web", timeout=1), link("web", "db", timeout=3)])
        finding = one(made, "timeout-order")
        assert "Web waits 3 s for Db, but its own callers give up after 1 s" in finding.message
        assert settled(made, finding).link_by_id["web-db"].config["timeout"] == 0.8

    def test_no_risks_are_told_of_what_cannot_run(self) -> None:
        made = web(timeout=False, workers=0)
        assert {finding.level for finding in check(made)} == {"error"}


def test_a_balancer_before_a_ring_of_caches_ought_to_pick_by_key() -> None:
    nodes = [
        node("users", "client"),
        node("lb", "load_balancer"),
        node("ring", "cache", instances=4),
    ]
    links = [link("users", "lb"), link("lb", "ring")]
    found = [each for each in check(design(nodes, links)) if each.code == "ring-not-by-key"]
    assert [(each.id, each.field) for each in found] == [("lb", "config.picker")]
    assert found[0].fix is not None
    mended = found[0].fix.apply(design(nodes, links)).design
    assert not [each for each in check(mended) if each.code == "ring-not-by-key"]


def test_caches_of_users_have_no_instances() -> None:
    made = design([node("users", "client"), node("c", "cache", scope="user", instances=2)], [])
    assert any("no instances" in each.message for each in check(made) if each.id == "c")
