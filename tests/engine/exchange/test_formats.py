"""What servers, balancers and load tools write, each in a few lines of its own kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.exchange.recordings.classes import class_of, operation_of
from engine.exchange.recordings.formats import load_recording, read_recording
from engine.exchange.recordings.instants import UNITS, unit_named
from engine.exchange.recordings.options import Options
from engine.exchange.recordings.recording import RateCurve, Recording, RecordingError
from engine.exchange.recordings.replay import replay
from tests.helpers.builders import client, design, link, node, run


def read(*lines: str, options: Options | None = None) -> Recording:
    found = read_recording("\n".join(lines), "log", options or Options())
    assert isinstance(found, Recording)
    return found


@pytest.mark.parametrize(
    ("first", "gap", "unit"),
    [
        (1_700_000_000, 2, "seconds"),
        (1_700_000_000_000, 2_000, "milliseconds"),
        (1_700_000_000_000_000, 2_000_000, "microseconds"),
        (1_700_000_000_000_000_000, 2_000_000_000, "nanoseconds"),
        (900_000_000_000, 2_000, "milliseconds"),
        (600_000_000, 2_000_000, "microseconds"),
    ],
)
def test_a_clock_says_its_unit_by_its_magnitude(first: int, gap: int, unit: str) -> None:
    found = read("time", *(str(first + place * gap) for place in range(5)))
    assert found.times == (0.0, 2.0, 4.0, 6.0, 8.0)
    assert found.notes == (() if unit == "seconds" else (f"times are {unit}",))


def test_a_unit_that_is_said_holds() -> None:
    assert read("0", "250", options=Options(unit=unit_named("ms"))).times == (0.0, 0.25)
    assert read("time_ms", "0", "250").times == (0.0, 0.25)
    assert read("Time (µs)", "0", "250").times == (0.0, 0.00025)
    assert [unit_named(each.name) for each in UNITS] == list(UNITS)
    assert unit_named("fortnight") is None


def test_numbers_with_a_decimal_comma() -> None:
    found = read("time;class", "0,5;get", "1,25;put")
    assert found.times == (0.5, 1.25)
    assert found.classes == ("get", "put")


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        (["29/Mar/2026:00:59:50 +0100", "29/Mar/2026:01:00:00 +0100"], (0.0, 10.0)),
        (["29.03.2026 18:15:00,5", "29.03.2026 18:15:02,0"], (0.0, 1.5)),
        (["2026-03-29 18:15:00.6805900", "2026-03-29 18:15:01.6805900"], (0.0, 1.0)),
    ],
)
def test_dates_of_logs_and_spreadsheets(lines: list[str], times: tuple[float, ...]) -> None:
    assert read("time\tx", *(f"{line}\t1" for line in lines)).times == times


def test_of_two_columns_of_times_the_surer_is_taken_unless_one_is_named() -> None:
    found = read("timestamp,time,x", "5,1,3", "9,2,3")
    assert found.times == (1.0, 2.0)
    assert found.notes == ("times are taken from 'time', not from 'timestamp'",)
    named = read("timestamp,time,x", "5,1,3", "9,2,3", options=Options(time_column="TimeStamp"))
    assert named.times == (5.0, 9.0)
    with pytest.raises(RecordingError, match="line 1: has no column 'when'"):
        read("timestamp,time", "5,1", options=Options(time_column="when"))


def test_a_combined_log_has_classes_by_method_and_path_and_whole_seconds_are_spread() -> None:
    agent = '"-" "agent \\"x\\" 1.0"'
    found = read(
        f'::1 - ann [29/Mar/2026:00:59:50 +0100] "GET /items/42?q=1 HTTP/1.1" 200 512 {agent}',
        f'- - - [29/Mar/2026:00:59:50 +0100] "GET /items/7 HTTP/2.0" 200 512 {agent}',
        f'10.0.0.1 - - [29/Mar/2026:00:59:51 +0100] "POST /cart HTTP/1.1" 500 - {agent}',
        f'10.0.0.1 - - [29/Mar/2026:00:59:52 +0100] "\\x16\\x03" 400 0 {agent}',
        "rotated",
    )
    assert found.times == (0.0, 0.5, 1.0, 2.0)
    assert found.classes == ("GET /items/{id}", "GET /items/{id}", "POST /cart", "other")
    assert "spread evenly" in " ".join(found.notes)
    assert "1 line that is no request is left out" in " ".join(found.notes)


@pytest.mark.parametrize("head", ["https ", "h2 ", ""])
def test_the_log_of_a_load_balancer(head: str) -> None:
    lines = [
        f"{head}2026-03-29T00:59:{second:02}.186641Z app/lb/50dc 203.0.113.9:46532 192.0.2.1:80 "
        '0.086 0.048 0.037 200 200 0 57 "GET https://example.test:443/a/b HTTP/1.1" "agent" - -'
        for second in (50, 51, 53)
    ]
    found = read(*lines)
    assert found.times == (0.0, 1.0, 3.0)
    assert set(found.classes or ()) == {"GET /a/b"}


def test_arrivals_at_even_times_with_a_size_each_are_no_aggregate() -> None:
    """Language models log tokens beside the time: that the clock is not read at the full second tells them apart."""
    lines = [f"2026-03-29 18:15:0{n}.68,{n * 7}" for n in range(4)]
    assert read("TIMESTAMP,Tokens", *lines).times == (0.0, 1.0, 2.0, 3.0)
    named = Options(time_column="Time")
    lines = [f"2026-03-29 18:15:0{n},{n * 7}" for n in range(4)]
    assert read("Time,web-1", *lines, options=named).times == (0.0, 1.0, 2.0, 3.0)


def test_a_log_that_is_broken_here_and_there_is_read_and_the_rest_counted() -> None:
    line = '10.0.0.1 - - [29/Mar/2026:00:00:0{}.25 +0100] "GET /a HTTP/1.1" 200 1 "-" "b\u2028\x0b"'
    lines = [line.format(n) for n in range(3)]
    found = read(lines[0][30:], *lines, "", lines[0][:20])
    assert found.times == (0.0, 1.0, 2.0)
    assert found.notes == ("2 lines that are no requests are left out",)


def test_a_log_in_fractions_of_a_second_keeps_them() -> None:
    line = '10.0.0.1 - - [29/Mar/2026:00:00:00.{:03} +0100] "GET /a HTTP/1.1" 200 1'
    found = read(*(line.format(n) for n in (0, 900, 950)))
    assert (found.times, found.notes) == ((0.0, 0.9, 0.95), ())


@pytest.mark.parametrize(
    "entry",
    [
        {"ts": 1774742400.5, "request": {"method": "GET", "uri": "/x/7"}},
        {"StartUTC": "2026-03-29T00:00:00.5Z", "RequestMethod": "GET", "RequestPath": "/x/7"},
        {"time": "2026/03/29 00:00:00", "request": "GET /x/7 HTTP/1.1"},
    ],
    ids=["caddy", "traefik", "slashes"],
)
def test_json_logs_of_other_servers(entry: dict[str, object]) -> None:
    found = read("broken", *[json.dumps(entry)] * 3, '{"ts": true}')
    assert found.classes == ("GET /x/{id}",) * 3
    assert "2 lines that are no requests are left out" in found.notes


def test_a_log_of_json_objects() -> None:
    found = read(
        json.dumps({"time_iso8601": "2026-03-29T00:59:50+00:00", "request": "GET /a HTTP/1.1"}),
        json.dumps({"time_iso8601": "2026-03-29T00:59:52+00:00", "method": "PUT", "uri": "/a?x"}),
        json.dumps({"level": "warn", "message": "rotated"}),
    )
    assert found.times == (0.0, 2.0)
    assert found.classes == ("GET /a", "PUT /a")
    msec = read(json.dumps({"msec": "1774742400.250"}), json.dumps({"msec": "1774742401.500"}))
    assert msec.times == (0.0, 1.25)


def test_of_k6_only_the_rows_of_requests_count() -> None:
    header = "metric_name,timestamp,metric_value,method,name,url"
    rows = [
        f"{metric},{1774742400 + second},{value},GET,https://a.test/x/1,https://a.test/x/1"
        for second in range(3)
        for metric, value in (("http_reqs", 1), ("http_req_duration", 3.2), ("vus", 5))
    ]
    found = read(header, *rows)
    assert found.times == (0.0, 1.0, 2.0)
    assert found.classes == ("GET /x/{id}",) * 3
    points = [
        {"type": "Metric", "metric": "http_reqs", "data": {}},
        *(
            {
                "type": "Point",
                "metric": metric,
                "data": {
                    "time": f"2026-03-29T00:00:0{second}.5Z",
                    "value": 1,
                    "tags": {"method": "POST", "url": "https://a.test/y"},
                },
            }
            for second in range(3)
            for metric in ("http_reqs", "data_sent")
        ),
    ]
    assert read(*map(json.dumps, points)).classes == ("POST /y",) * 3


def test_requests_of_k6_that_have_a_name_are_told_by_it_in_both_of_its_formats() -> None:
    rows = [
        "metric_name,timestamp,metric_value,method,name,url",
        *(f"http_reqs,{1774742400 + place},1,POST,Checkout,https://a.test/y" for place in range(2)),
    ]
    tags = {"method": "POST", "name": "Checkout", "url": "https://a.test/y"}
    points = [
        {"type": "Point", "metric": "http_reqs", "data": {"time": f"2026-03-29T00:00:0{place}Z", "tags": tags}}
        for place in range(2)
    ]  # fmt: skip
    assert read(*rows).classes == ("Checkout", "Checkout")
    assert read(*map(json.dumps, points)).classes == ("Checkout", "Checkout")


def test_jmeter_counts_milliseconds_and_names_its_samples() -> None:
    header = "timeStamp,elapsed,label,responseCode,success"
    found = read(header, *(f"{1774742400000 + 10 * place},12,home,200,true" for place in range(9)))
    assert found.times[-1] == 0.08
    assert set(found.classes or ()) == {"home"}


def test_jmeters_sums_over_transactions_are_no_requests() -> None:
    said = "Number of samples in transaction : 2, number of failing samples : 0"
    found = read(
        "timeStamp,elapsed,label,responseCode,responseMessage,success",
        "1774742400000,12,home,200,OK,true",
        "1774742400020,12,cart,200,OK,true",
        f'1774742400000,40,buy,200,"{said}",true',
    )
    assert found.classes == ("home", "cart")


def test_the_history_of_locust_may_have_its_last_second_on_top() -> None:
    header = "Timestamp,User Count,Type,Name,Requests/s,Failures/s"
    lines = [f"{1774742400 + second},5,,Aggregated,{10 * second},0" for second in (2, 1, 0)]
    found = read_recording("\n".join([header, *lines]), "log")
    assert isinstance(found, RateCurve)
    assert found.points == (
        (0.0, 0.0),
        (1.0, 0.0),
        (1.0, 10.0),
        (2.0, 10.0),
        (2.0, 20.0),
        (3.0, 20.0),
    )


def test_the_history_of_locust_is_a_rate_curve() -> None:
    header = "Timestamp,User Count,Type,Name,Requests/s,Failures/s"
    rates = [0, 50, 100, 100, 100]
    lines = [
        f"{1774742400 + second},5,,{name},{rate},0"
        for second, rate in enumerate(rates)
        for name in ("/a", "Aggregated")
    ]
    found = read_recording("\n".join([header, *lines]), "log")
    assert isinstance(found, RateCurve)
    assert found.length == 5.0
    assert found.requests == pytest.approx(350)
    assert found.points == (
        (0.0, 0.0),
        (1.0, 0.0),
        (1.0, 50.0),
        (2.0, 50.0),
        (2.0, 100.0),
        (5.0, 100.0),
    )


@pytest.mark.parametrize(
    "lines",
    [
        ['"Time","Requests"', "2026-03-29 00:59:50,300", "2026-03-29 01:00:05,301"],
        ["time,rps", "0,10", "1,20"],
        ["Type,Name,Request Count,Failure Count", "GET,/a,500,0"],
        ["Label,# Samples,Average", "home,500,12"],
        ['Time,"rate(http[5m])"', *(f"2026-03-29 00:{n:02}:00,{n / 3}" for n in range(4))],
        ["Time;web-1;web-2", *(f"{1774742400_000 + n * 15_000};{n};{n}" for n in range(4))],
        ["Time,web", *(f"{1774742400_000 - n * 15_000},{n}" for n in range(4))],
        ["Time,web", *(f"{1774742400 + n * 10},{n}" for n in (0, 1, 4, 5, 9))],
    ],
)
def test_other_aggregates_are_refused_as_such(lines: list[str]) -> None:
    with pytest.raises(RecordingError, match="aggregate") as caught:
        read(*lines)
    assert "\n" not in str(caught.value)


def test_classes_by_method_and_path() -> None:
    uuid = "123e4567-e89b-12d3-a456-426614174000"
    assert class_of("get", f"https://a.test/users/{uuid}/orders/17?x=1#y") == (
        "GET /users/{id}/orders/{id}"
    )
    assert class_of("DELETE", "/") == "DELETE /"
    assert len(class_of("GET", "/" + "x" * 500)) == 64
    assert [operation_of(name) for name in ("GET /a", "PUT /a", "home", "other")] == [
        "read",
        "write",
        "read",
        "read",
    ]


def test_a_replay_adds_classes_and_sets_the_length_in_one_step() -> None:
    made = design([client()], [], duration=600, warmup=60)
    lines = [
        f'1.2.3.4 - - [29/Mar/2026:00:{minute:02}:{second:02} +0000] "{method} /p{minute % 20} HTTP/1.1" 200 1'
        for minute in range(40)
        for second, method in ((0, "GET"), (30, "POST"))
    ]
    done = replay(made, "users", read(*lines))
    applied = done.edit.apply(made)
    names = [each.name for each in applied.design.classes]
    assert len(names) == 12
    assert names[-1] == "other"
    assert {each.operation for each in applied.design.classes} == {"read", "write"}
    assert applied.design.scenario.duration == 2400
    assert applied.design.scenario.warmup == 60
    assert "29 rare ones as 'other'" in done.about
    assert "the scenario lasts 40 min" in done.about
    assert applied.inverse.apply(applied.design).design == made
    result = run(applied.design)
    assert result["clients"]["users"]["offered"] == 78


def test_a_short_recording_shortens_the_scenario_and_its_warm_up() -> None:
    made = design([client()], [], duration=600, warmup=60)
    applied = replay(made, "users", read("time", *map(str, range(100)))).edit.apply(made)
    assert applied.design.scenario.duration == 100
    assert applied.design.scenario.warmup == 10


def test_a_curve_sets_rate_and_mix() -> None:
    made = design([client()], [], classes=[{"name": "get"}, {"name": "put"}])
    curve = RateCurve(
        points=((0.0, 5.0), (10.0, 5.0)), length=10.0, shares={"get": 0.75, "put": 0.25}
    )
    config = replay(made, "users", curve).edit.apply(made).design.node_by_id["users"].config
    assert config["arrivals"] == {"process": "poisson", "rate": [[0.0, 5.0], [10.0, 5.0]]}
    assert config["mix"] == {"get": 0.75, "put": 0.25}


def test_recorded_work_is_done_in_its_order_by_the_service_that_is_called() -> None:
    """One worker and everybody in line: by Lindley's recursion each waits as it did in life."""
    gaps = [0.5, 0.25, 0.125, 1.0] * 25
    works = [0.25, 0.75, 0.125, 0.5, 0.375] * 20
    times = [sum(gaps[:place]) for place in range(100)]
    lines = [f"{time},{1000 * work:.9g}" for time, work in zip(times, works, strict=True)]
    nodes = [client(), node("lb", "load_balancer"), node("web", "service", workers=1)]
    made = design(nodes, [link("users", "lb"), link("lb", "web")], warmup=0)
    done = replay(made, "users", read("time,work_ms", *lines))
    assert "Web does the recorded work" in done.about
    result = run(done.edit.apply(made).design)
    free, residence = 0.0, []
    for time, work in zip(times, works, strict=True):
        free = max(free, time) + work
        residence.append(free - time)
    answered = [each for time, each in zip(times, residence, strict=True) if time + each <= 47.0]
    assert result["clients"]["users"]["succeeded"] == len(answered)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(
        sum(answered) / len(answered)
    )


def test_work_that_nobody_could_do_is_said_to_be_left_out() -> None:
    made = design([client()], [])
    assert "its work is left out" in replay(made, "users", read("time,work", "0,1", "1,2")).about


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_recording_is_told_as_empty(text: str) -> None:
    with pytest.raises(RecordingError, match=r"^log\.csv: is empty; "):
        read_recording(text, "log.csv", Options())


GATLING = [
    "RUN\tshop.BasicSimulation\tbasicsimulation\t1700000000000\t \t3.9.5",
    "USER\tBrowse\tSTART\t1700000000100",
    "REQUEST\t\tHome\t1700000000120\t1700000000300\tOK\t ",
    "REQUEST\tpages,first\tSearch\t1700000001120\t1700000001300\tKO\tstatus 500",
    "GROUP\tpages\t1700000000100\t1700000001300\t1200\tOK",
    "REQUEST\t\tHome\t1700000002620\t1700000002630\tOK\t ",
    "USER\tBrowse\tEND\t1700000003000",
    "REQUEST\t\tHo",
]


def test_the_log_of_gatling() -> None:
    found = read(*GATLING)
    assert found.times == (0.0, 1.0, 2.5)
    assert found.classes == ("Home", "Search", "Home")
    assert found.notes[0] == "1 line of a request that is cut off is left out"
    old = [line.replace("REQUEST\t", "REQUEST\tBrowse\t12\t") for line in GATLING[:-1]]
    assert read(*old).times == found.times
    oldest = ["Browse\t1\tREQUEST\t\tHome\t1700000000120\t1700000000300\tOK\t "]
    assert read("basic\tRUN\t20150101\t1700000000000\t \t2.0", *oldest * 2).classes == (
        "Home",
        "Home",
    )
    assert read(*GATLING[2:4]).classes == ("Home", "Search")


def test_the_binary_log_of_gatling_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "simulation.log"
    path.write_bytes(b"\x00\x00\x00\x00\x063.12.0\x00" + bytes(5000))
    with pytest.raises(RecordingError, match="is a binary log of Gatling"):
        load_recording(path)


HEY = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset"
AB = "starttime\tseconds\tctime\tdtime\tttime\twait"


def test_the_tables_of_hey_and_ab() -> None:
    lines = ["0.1,0.01,0.001,0,0.09,0,200,0.25", "0.2,0,0,0,0.2,0,503,1.5", "0.1,0,0,0,0,0,200,2"]
    found = read(HEY, *lines)
    assert found.times == (0.25, 1.5, 2.0)
    assert found.classes is None
    day = "Tue Nov 14 22:13:2"
    slow = [
        f"{day}{at}\t170000000{at}\t1\t{wait}\t{wait + 1}\t{wait}"
        for at, wait in ((1, 3), (0, 4), (1, 9))
    ]
    found = read(AB, *slow)
    assert found.times == (0.0, 1.0, 1.5)
    assert found.notes == (
        "times are whole seconds; those of one second are spread evenly over it",
    )


def test_what_vegeta_encodes() -> None:
    def line(at: int, address: str, body: str = "") -> str:
        return f"1700000000{at:09},200,1234567,0,12,,{body},shop,1,GET,{address},SG9zdA=="

    found = read(line(0, "http://shop/a?x=1"), line(250_000_000, "http://shop/b", "QUJD" * 50_000))
    assert found.times == (0.0, 0.25)
    assert found.classes == (class_of("GET", "/a"), class_of("GET", "/b"))
    old = [
        "1700000000000000000,200,1234567,0,12,,QUJD",
        "1700000000500000000,0,99,0,0,dial: refused,",
    ]
    assert read(*old).classes == ("request", "request")
    with pytest.raises(RecordingError, match="line 2: is no line of vegeta"):
        read(old[0], "time,class")


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Running 30s test @ http://127.0.0.1:8080/index.html\n  12 threads and 400 connections", "wrk"),
        ("This is ApacheBench, Version 2.3 <$Revision: 1903618 $>\nServer Software: nginx", "ab"),
        ("Percentage served,Time in ms\n0,1.2\n1,1.3", "ab"),
        ("\nSummary:\n  Total:\t1.5 secs\n  Slowest:\t0.2 secs", "hey"),
        ("response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read\n0.1,0,0,0,0,0", "an old hey"),
        ("Requests      [total, rate, throughput]  1000, 100.10, 99.9", "vegeta"),
        ('{"latencies":{"total":1,"mean":2},"requests":10,"rate":1.0}', "vegeta"),
        ("     checks.........: 100.00%\n     http_reqs......: 300 9.9/s", "k6"),
        ('{\n  "root_group": {},\n  "metrics": {\n "http_req_duration": {"avg": 1}, "http_reqs": {"count": 3}}}', "k6"),
        ("finished in 1.20s, 8333.33 req/s, 1.2MB/s", "h2load"),
        ('{"numberOfRequests": {"total": 3, "ok": 3}}', "Gatling"),
        ('{"aggregate": {"counters": {"http.requests": 3}}}', "Artillery"),
        ('{"url": "http://x", "requests": {"average": 3.5}}', "autocannon"),
    ],
)  # fmt: skip
def test_reports_are_called_by_whose_they_are(text: str, whose: str) -> None:
    with pytest.raises(
        RecordingError, match=rf"^log: is a report of {whose}, an aggregate [^\n]+$"
    ):
        read(text)
