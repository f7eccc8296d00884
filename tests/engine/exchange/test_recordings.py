"""Recordings as people have them: CSV with and without a header, seconds and time stamps, and broken ones."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from engine.exchange.recordings.formats import load_recording, read_recording
from engine.exchange.recordings.options import Options
from engine.exchange.recordings.recording import (
    MAX_ARRIVALS,
    RateCurve,
    Recording,
    RecordingError,
)
from engine.exchange.recordings.replay import replay
from engine.exchange.recordings.source import MAX_LINES, read_text
from engine.model.files import dumps, loads
from tests.helpers.builders import client, design, link, node, run


def read(*lines: str) -> Recording:
    found = read_recording("\n".join(lines), "log.csv")
    assert isinstance(found, Recording)
    return found


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        (["0.5", "1", "2.25"], (0.5, 1.0, 2.25)),
        (["time", "0.5", "1"], (0.5, 1.0)),
        (["", "3", "", "1", "2", ""], (1.0, 2.0, 3.0)),
        (["1e2", "+5"], (5.0, 100.0)),
        (["0.1234567"], (0.123457,)),
        (["1700000000.25", "1700000001"], (0.0, 0.75)),
        (["2026-01-31T12:00:01Z", "2026-01-31T12:00:00.5+00:00"], (0.0, 0.5)),
        (["timestamp", "2026-01-31 12:00:00", "2026-01-31 14:00:00+01:00"], (0.0, 3600.0)),
    ],
)
def test_times(lines: list[str], times: tuple[float, ...]) -> None:
    assert read(*lines) == Recording(times=times)


@pytest.mark.parametrize(
    "lines",
    [
        ["2,get,9", "1,put,4"],
        ["time,class,key", "2,get,9", "1,put,4"],
        ["Key;Class;Size;Time", "9;get;100;2", "4;put;200;1"],
        ["t\tkind\tkey", "2\tget\t9", "1\tput\t4"],
        ['"2", "get", "9"', '"1", "put", "4"'],
    ],
)
def test_classes_and_keys_in_any_column(lines: list[str]) -> None:
    assert read(*lines) == Recording(times=(1.0, 2.0), classes=("put", "get"), keys=(4, 9))


def test_keys_that_are_no_numbers_are_numbered_the_most_frequent_first() -> None:
    found = read("time,key", "1,ann", "2,bob", "3,bob", "4,7")
    assert found.classes is None
    assert found.keys == (1, 0, 0, 2)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([""], "is empty; give a table or a log with one line a request"),
        (["time"], "holds no arrivals"),
        (["soon", "1"], "line 1: 'soon' is no time, nor a header with a column 'time'"),
        (["when,class", "1,a"], "line 1: 'when' is no time"),
        (["time,time", "1,2"], "line 1: has two columns 'time'"),
        (["1", "2", "x"], "line 3: 'x' is not a number of seconds; write all times alike"),
        (["1", "2026-01-31"], "line 2: '2026-01-31' is not a number"),
        (["2026-01-31", "", "5"], "line 3: '5' is not a date and time such as"),
        (["1", "-2"], "line 2: the time -2 is no time; write seconds from 0 on"),
        (["1", "nan"], "line 2: the time nan is no time"),
        (["1,a", "2"], "line 2: has 1 columns, not 2 as the first line"),
        (["1,a,2,1,b"], "line 1: has 5 columns; write time, or time,class"),
        (["1,a,2,b"], "line 1: 'b' is no work; write seconds from 0"),
        (["time,key", "1"], "line 2: has 1 columns, fewer than the header"),
        (["time,class", "1,a", "2,"], "line 3: has no class; fill it in on every line"),
        (["time,class", '1,"a', "2,b"], "line 3: is no line of a table: unexpected end of data"),
        (["time,class", "1," + "x" * 200_000], "line 2: is no line of a table: field larger"),
        (["1774742400", "1774742401000"], "has times in seconds and in milliseconds"),
        (['<?xml version="1.0"?>', "<testResults/>"], "is JMeter's XML; have JMeter write CSV"),
        (["{", '  "windtunnel": 1', "}"], "is one JSON object over many lines"),
        (["%PDF-1.7"], "is a PDF document"),
        (["0", "2e9"], "say in which unit the times are: --unit ms, us or ns"),
    ],
)
def test_what_cannot_be_read_names_file_line_and_remedy(lines: list[str], says: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(*lines)
    message = str(caught.value)
    assert message.startswith("log.csv: ")
    assert says in message
    assert "\n" not in message


def test_a_clock_that_was_put_back_is_told() -> None:
    found = read("time", "2026-10-25 02:59:59", "2026-10-25 02:00:00", "2026-10-25 02:00:01")
    assert found.times == (0.0, 1.0, 3599.0)
    assert "go back by up to 1 h" in found.notes[0]
    zoned = read("2026-10-25T02:59:59+02:00", "2026-10-25T02:00:00+01:00")
    assert (zoned.times, zoned.notes) == ((0.0, 1.0), ())


def test_of_more_arrivals_than_are_kept_the_rate_is_kept() -> None:
    """A minute at 4000 a second, then one at 1000: the curve has the same requests at the same times."""
    times = [place / 4000 for place in range(240_000)]
    times += [60 + place / 1000 for place in range(60_000)]
    lines = [f"{time:.5f},{'put' if place % 4 == 0 else 'get'}" for place, time in enumerate(times)]
    found = read_recording("\n".join(lines), "log.csv")
    assert len(times) > MAX_ARRIVALS
    assert isinstance(found, RateCurve)
    assert found.requests == pytest.approx(300_000)
    assert found.length == pytest.approx(120, abs=0.01)
    assert np.interp(30.1, *zip(*found.points, strict=True)) == pytest.approx(4000, rel=0.01)
    assert found.points[-1][1] == pytest.approx(1000, rel=0.01)
    assert found.shares == {"get": 0.75, "put": 0.25}
    assert "more than 200\N{NO-BREAK SPACE}000 arrivals" in found.notes[-1]


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    with pytest.raises(RecordingError, match=r"log\.csv: cannot be read: no such file"):
        load_recording(path)
    path.write_bytes(b"\x89PNG\r\n\x00\xff")
    with pytest.raises(RecordingError, match="is no text"):
        load_recording(path)
    with pytest.raises(RecordingError, match="is no regular file"):
        load_recording(tmp_path)
    path.write_bytes(gzip.compress(b"time\n1\n2\n")[:-9])
    with pytest.raises(RecordingError, match="packed by gzip, but broken"):
        load_recording(path)
    path.write_bytes(bytes(200_000))
    with pytest.raises(RecordingError, match="is no text"):
        load_recording(path)
    path.write_bytes(b"\xef\xbb\xbftime\r\n1\r\n2\r\n")
    assert load_recording(path) == Recording(times=(1.0, 2.0))


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"time\n1\n2\n", mtime=0),
        "time\n1\n2\n".encode("utf-16"),
        "time\n1\n2\n".encode("utf-16-le"),
        "time\n1\n2\n".encode("utf-16-be"),
        "time\n1\n2\n".encode("utf-32"),
        "time;class\n1;\xe9\n2;\xe9\n".encode("cp1252"),
    ],
    ids=["gzip", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"],
)
def test_packed_and_in_other_encodings(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(data)
    found = load_recording(path)
    assert isinstance(found, Recording)
    assert found.times == (1.0, 2.0)
    assert found.classes in (None, ("\xe9", "\xe9"))


CLASSES = [{"name": "get"}, {"name": "put"}]


def test_a_design_replays_a_recording() -> None:
    """Ten seconds of it, through a file and back, with the classes and keys that were recorded."""
    nodes = [client("users", 50), node("cache", "cache"), node("db", "sql_database")]
    links = [link("users", "cache"), link("cache", "db")]
    made = design(nodes, links, classes=CLASSES, duration=10, warmup=0)
    lines = [
        f"{place / 10},{'put' if place % 5 == 0 else 'get'},{place % 4}" for place in range(90)
    ]
    edit = replay(made, "users", read(*lines)).edit
    replayed = edit.apply(made).design
    result = run(loads(dumps(replayed)))
    assert result["clients"]["users"]["offered"] == 90
    assert result["nodes"]["cache"]["extra"]["misses"] == 4
    assert edit.apply(made).inverse.apply(replayed).design == made


@pytest.mark.parametrize("mix", [{}, {"request": 1.0}])
def test_the_class_that_went_without_saying_stays_for_whoever_sends_it(mix) -> None:
    """A recording adds its classes; the other client sends what it sent, and links that name the class take it."""
    nodes = [client("users", 50, mix=mix), client("others", 20), node("web", "service")]
    links = [link("users", "web"), link("others", "web", classes=["request"])]
    made = design(nodes, links, duration=10, warmup=0)
    replayed = replay(made, "users", read("0.5,GET /a", "1.5,request", "9,GET /a")).edit.apply(made)
    result = run(replayed.design)
    assert [kind.name for kind in replayed.design.classes] == ["request", "GET /a"]
    assert result["clients"]["users"]["offered"] == 3
    assert result["clients"]["others"]["failed"] == {}
    assert replayed.inverse.apply(replayed.design).design == made


def test_classes_that_a_recording_adds_are_sent_by_its_client_alone() -> None:
    nodes = [client("users", 50), client("others", 20), node("web", "service")]
    links = [link("users", "web"), link("others", "web", classes=["get", "put"])]
    made = design(nodes, links, classes=CLASSES, duration=10, warmup=0)
    replayed = replay(made, "users", read("0.5,GET /a", "9,GET /a")).edit.apply(made).design
    assert run(replayed)["clients"]["others"]["failed"] == {}


def test_classes_that_the_design_does_not_have() -> None:
    made = design([client()], [], classes=CLASSES)
    with pytest.raises(RecordingError, match=r"'gett' is no request class .*did you mean 'get'"):
        replay(made, "users", read("1,gett"))


def test_a_long_recording_makes_a_file_that_can_be_read() -> None:
    """As long as allowed, with classes and keys: a line of the file holds many arrivals."""
    made = design([client()], [], classes=CLASSES)
    lines = [f"{place * 0.013:.3f},get,{place}" for place in range(MAX_ARRIVALS)]
    replayed = replay(made, "users", read(*lines)).edit.apply(made).design
    text = dumps(replayed)
    assert len(text) < 8_000_000
    assert max(map(len, text.splitlines())) <= 110
    assert text.count("\n") < MAX_ARRIVALS / 3
    assert loads(text) == replayed


@pytest.mark.parametrize(
    "lines",
    [
        ["0.5", "1", "a" * 5_000],
        ["time,class,work", f"1,get,{'9' * 5_000}"],
        ["time,class", f"{'9' * 5_000},get"],
        ["a" * 5_000, "1"],
    ],
)
def test_a_message_quotes_the_beginning_of_a_long_cell(lines: list[str]) -> None:
    with pytest.raises(RecordingError) as caught:
        read(*lines)
    assert len(str(caught.value)) < 400


def test_a_message_names_the_first_of_many_columns() -> None:
    header = ",".join(f"column{n}" + "x" * 500 for n in range(500))
    with pytest.raises(RecordingError, match="has no column 'when'") as caught:
        read_recording(f"{header}\n1\n", "log.csv", Options(time_column="when"))
    assert len(str(caught.value)) < 1_200


def test_a_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(RecordingError, match="standard input: is closed"):
        load_recording(Path("-"))


def test_more_lines_than_can_be_read_in_a_while_are_refused_at_once(tmp_path: Path) -> None:
    """However small they are packed: a few kilobytes hold all of these."""
    path = tmp_path / "long.csv.gz"
    path.write_bytes(gzip.compress(b"1\n" * (MAX_LINES + 1), compresslevel=1))
    with pytest.raises(RecordingError, match=r"long\.csv\.gz: has more than 10.000.000 lines"):
        read_text(path)
    path.write_bytes(gzip.compress(b"1\r" * (MAX_LINES + 1), compresslevel=1))
    with pytest.raises(RecordingError, match="import a part of the recording"):
        read_text(path)
    path.write_bytes(gzip.compress(b"1\n" * 1000, compresslevel=1))
    assert read_text(path).count("\n") == 1000


@pytest.mark.parametrize("begin", [0.0, 60.0, 1_700_000_000.0])
@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("time,n", "{0},{1}"),
        ("time,requests", "{0},{1}"),
        ("time,class,requests", "{0},read,{1}\n{0},write,{1}"),
        ("time,class,count", "{0},read,{1}\n{0},write,{1}"),
        ("time,users,latency", "{0},10,{1}"),
        ("time_ms,n", "{0}000,{1}"),
        ("", "{0},{1}"),
        ("", "{0},{1},{1}"),
    ],
)
def test_aggregates_are_refused_whenever_their_time_begins(
    header: str, line: str, begin: float
) -> None:
    lines = [line.format(f"{begin + 10.0 * place:.0f}", 100 + place) for place in range(6)]
    with pytest.raises(RecordingError, match="aggregate"):
        read(*filter(None, [header]), *lines)


def test_numbers_beside_steps_of_less_than_a_second_are_an_aggregate_as_well() -> None:
    with pytest.raises(RecordingError, match="a line every 250 ms with numbers beside it"):
        read("t,v", *(f"{place / 4:g},{place % 3}" for place in range(12)))


@pytest.mark.parametrize(
    "lines",
    [
        ["0", "10", "20", "30"],
        ["0,get", "10,put", "20,get"],
        ["0,1", "10,2", "20,1", "30,2"],  # numbers of classes
        ["time,class", "0,5", "10,6", "20,7"],
        ["time,class,count", "0.5,get,3", "0.75,get,4", "3,put,1"],
        ["time,work", "0,5", "10,6", "20,7"],
        ["time,bytes", "0.11,700", "0.3,20", "1.7,9000"],
        ["time,type,collection_id", *(f"{place / 100:g},0,{place}" for place in range(20))],
        ["time,ContextTokens,GeneratedTokens", *(f"{place},374,44" for place in range(20))],
        ["time,priority", *(f"{10 * place},100" for place in range(20))],
        ["time,bytes", "0,700", "0,20", "1,9000", "2,3"],
    ],
)
def test_single_arrivals_at_even_times_are_none(lines: list[str]) -> None:
    assert len(read(*lines).times) == len([each for each in lines if not each.startswith("time")])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (dumps(design([client()], [])), "over many lines: a design of Windtunnel; give a table"),
        ('{"windtunnel": 1, "nodes": []}', "log.csv: is a design of Windtunnel; give a table"),
        (
            '{"status": "success", "data": {"resultType": "matrix", "result": []}}',
            "log.csv: is an answer of Prometheus, which is an aggregate",
        ),
        ("1e300\n2e300", "lasts 1.16e289 days; say in which unit"),
    ],
)
def test_what_is_something_else_is_called_by_its_name(text: str, says: str) -> None:
    with pytest.raises(RecordingError, match=r"^[^\n]{1,250}$") as caught:
        read(text)
    assert says in str(caught.value)


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="needs a queue like a file")
@pytest.mark.timeout(20)
def test_a_queue_that_looks_like_a_file_is_not_waited_for() -> None:
    with pytest.raises(RecordingError, match="kmsg: "):
        load_recording(Path("/proc/kmsg"))


@pytest.mark.parametrize("lines", [["5"], ["7"] * 50, ["0"] * 3])
def test_arrivals_that_all_come_at_once_come_before_the_end(lines: list[str]) -> None:
    made = design([client(), node("web", "service")], [link("users", "web")], warmup=0)
    replayed = replay(made, "users", read(*lines)).edit.apply(made).design
    assert run(loads(dumps(replayed)))["clients"]["users"]["offered"] == len(lines)


@pytest.mark.parametrize("apart", [0.0, 1e-12, 1e-9, 1e-6])
def test_too_many_arrivals_within_no_time_make_a_curve_that_runs(apart: float) -> None:
    count = MAX_ARRIVALS + 1
    found = read_recording("\n".join(f"{place * apart:.15f}" for place in range(count)), "log.csv")
    assert isinstance(found, RateCurve)
    made = design(
        [client(), node("web", "service", queue_limit=0)], [link("users", "web")], warmup=0
    )
    replayed = loads(dumps(replay(made, "users", found).edit.apply(made).design))
    assert replayed.scenario.duration == 1.0
    assert run(replayed)["clients"]["users"]["offered"] == pytest.approx(count, rel=0.02)


def test_more_arrivals_at_once_than_a_client_sends_are_refused() -> None:
    text = "0\n" * 3_400_000
    with pytest.raises(RecordingError, match="more than a client sends; say in which unit"):
        read_recording(text, "log.csv")
