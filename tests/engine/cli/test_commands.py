"""The command line as people and scripts use it: output, exit codes, one clear line for bad input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run
from tests.helpers.builders import client, exponential, link, node, raw_design
from tests.helpers.strategies import rich_raw


def raw_shop(**more: Any) -> dict[str, Any]:
    nodes = [
        client("users", 100),
        node(
            "web", "service", instances=2, workers=2, service_time=exponential(0.01), queue_limit=50
        ),
    ]
    links = [link("users", "web", timeout=1.0)]
    return raw_design(nodes, links, **({"title": "Shop", "duration": 60, "warmup": 10} | more))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.windtunnel"
    path.write_text(
        json.dumps(raw_shop(objectives=[{"metric": "users.latency.p99", "below": 0.5}]))
    )
    return path


def complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a refused command says; nothing on standard output, exit code 2."""
    assert run([str(each) for each in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    line = captured.err
    assert line.startswith("windtunnel: ")
    assert line.count("\n") == 1
    return line


def result_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert run(["simulate", *map(str, arguments), "--json", "-"]) in {0, 1}
    return dict(json.loads(capsys.readouterr().out))


def test_a_run_ends_with_a_readable_table(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", str(shop)]) == 0
    text = capsys.readouterr().out
    for word in ("Shop", "60 s simulated", "Users", "Web", "Users → Web", "hash", "p99", "met"):
        assert word in text


def test_json_holds_the_whole_contract(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(capsys, shop)
    assert list(result)[:8] == [
        "windtunnel_result",
        "title",
        "seed",
        "duration",
        "warmup",
        "hash",
        "wall_seconds",
        "requests",
    ]
    assert {"offered", "succeeded", "failed", "goodput", "latency"} <= set(
        result["clients"]["users"]
    )
    assert {"mean", "p50", "p90", "p95", "p99", "p999", "max"} <= set(
        result["clients"]["users"]["latency"]
    )
    assert {
        "arrivals",
        "completed",
        "failed",
        "utilization",
        "queue_mean",
        "in_system_mean",
    } <= set(result["nodes"]["web"])
    assert {"wait", "residence", "extra"} <= set(result["nodes"]["web"])
    assert {"attempts", "succeeded", "failed", "latency"} <= set(result["links"]["users-web"])
    assert result["objectives"][0]["met"] is True


def test_json_goes_to_a_file_and_quiet_says_nothing(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert run(["simulate", str(shop), "--quiet", "--json", str(out)]) == 0
    assert capsys.readouterr() == ("", "")
    assert json.loads(out.read_text())["title"] == "Shop"
    assert "--json" in complaint(capsys, "simulate", shop, "--quiet", "--json", tmp_path)


def test_missed_objectives_end_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "slow.windtunnel"
    path.write_text(
        json.dumps(raw_shop(objectives=[{"metric": "users.latency.p50", "below": 0.001}]))
    )
    assert run(["simulate", str(path)]) == 1
    assert "missed" in capsys.readouterr().out


def test_options_override_the_scenario(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(capsys, shop, "--duration", "0.5min", "--warmup", "5", "--seed", "77")
    assert (result["duration"], result["warmup"], result["seed"]) == (30, 5, 77)


def test_the_same_seed_gives_the_same_hash_and_another_does_not(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hashes = [result_of(capsys, shop, "--seed", seed)["hash"] for seed in (5, 5, 6)]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    "setting",
    [
        "users.arrivals.rate=200",
        "users.arrivals.rate=0.2k",
        "users.arrivals.rate=200 rps",
        "users.config.arrivals.rate=200",
        'users.arrivals={"process": "poisson", "rate": 200}',
        "users.arrivals.rate=[[0, 200], [9, 200]]",
    ],
)
def test_set_accepts_numbers_quantities_and_json(
    shop: Path, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    offered = result_of(capsys, shop, "--set", setting)["clients"]["users"]["offered"]
    assert offered == pytest.approx(200 * 50, rel=0.05)


@pytest.mark.parametrize(
    ("setting", "utilization"),
    [
        ("web.service_time.mean=20ms", 0.5),
        ("web.service_time=20ms", 0.5),
        ("web.service_time=0.02", 0.5),
        ("web.workers=1", 0.5),
        ("web.instances=1", 0.5),
        ('web.service_time={"law": "constant", "mean": 0.02}', 0.5),
    ],
)
def test_set_reaches_into_laws(
    shop: Path, capsys: pytest.CaptureFixture[str], setting: str, utilization: float
) -> None:
    result = result_of(capsys, shop, "--set", setting)
    assert result["nodes"]["web"]["utilization"] == pytest.approx(utilization, rel=0.08)


def test_set_may_be_repeated_and_reaches_links_and_defaults(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = result_of(
        capsys,
        shop,
        *("--set", "users-web.delay=100ms"),
        *("--set", "users-web.retry.attempts=3"),
        *("--set", "users-web.retry.backoff.base=5ms"),
        *("--set", "web.discipline=ps"),
        *("--set", "web.hold_while_waiting=false"),
    )
    assert result["clients"]["users"]["latency"]["p50"] > 0.2


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("web.workers", "write ID.path=VALUE"),
        ("web=3", "write ID.path=VALUE"),
        ("web..x=3", "write ID.path=VALUE"),
        ("wbe.workers=3", "'wbe' is no node, link or frame of the design; did you mean 'web'?"),
        ("zzz.workers=3", "write users, web or users-web"),
        ("web.worker=3", "there is no field 'worker'; did you mean 'workers'?"),
        ("web.service_time.men=3", "did you mean 'mean'?"),
        ("web.workers.x=3", "'x' names nothing"),
        ("web.workers=four", "workers should be a whole number, not 'four'"),
        ("web.workers=2.5", "workers should be a whole number"),
        ("web.workers=0", "workers should be at least 1, not 0"),
        ("web.service_time.mean=soon", "write it like 250 ms or 2 s"),
        ("web.service_time.mean=NaN", "write a finite number"),
        ("web.service_time.mean=1e999", "1e999 is no value; write a finite number"),
        ("users-web.timeout=-1", "timeout should be above 0"),
    ],
)
def test_what_cannot_be_set_is_one_line(
    shop: Path, capsys: pytest.CaptureFixture[str], setting: str, says: str
) -> None:
    line = complaint(capsys, "simulate", shop, "--set", setting)
    assert f"--set {setting}: " in line
    assert says in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["simulate"], "Missing argument 'FILE'"),
        (["simulate", "none.windtunnel"], "none.windtunnel: cannot be read: no such file"),
        (["simulate", "{shop}", "--duration", "soon"], "--duration: 'soon' is no quantity"),
        (["simulate", "{shop}", "--duration", "5"], "warmup (10 s) must be below duration (5 s)"),
        (["simulate", "{shop}", "--duration", "0", "--warmup", "0"], "duration"),
        (["simulate", "{shop}", "--seed", "-1"], "--seed"),
        (["simulate", "{shop}", "--seed", "9" * 20], "--seed"),
        (["simulate", "{shop}", "--seed", "1e3"], "--seed: '1e3' is no seed"),
        (["simulate", "{shop}", "--sed", "1"], "No such option"),
        (["simulate", "{shop}", "extra"], "unexpected extra argument"),
        (["check"], "Missing argument"),
        (["check", "none.windtunnel"], "cannot be read"),
        (["bogus"], "No such command 'bogus'"),
        (["--bogus"], "No such option"),
    ],
)
def test_bad_usage_is_one_line(
    shop: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert says in complaint(capsys, *(each.format(shop=shop) for each in arguments))


@pytest.mark.parametrize("command", ["simulate", "check"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("{", "is not JSON"),
        ("[" * 200_000, "nested deeper"),
        ('{"windtunnel": 9}', "newer version"),
        (
            json.dumps(raw_shop()).replace('"target": "web"', '"target": "wb"'),
            "users-web: target: 'wb'",
        ),
    ],
)
def test_a_broken_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, content: str, says: str
) -> None:
    path = tmp_path / "broken.windtunnel"
    path.write_text(content)
    line = complaint(capsys, command, path)
    assert "broken.windtunnel: " in line
    assert says in line


def test_a_design_that_cannot_run_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = raw_shop()
    raw["nodes"][1]["config"]["workers"] = "four"
    path = tmp_path / "wrong.windtunnel"
    path.write_text(json.dumps(raw))
    line = complaint(capsys, "simulate", path)
    assert "wrong.windtunnel: web: workers should be a whole number, not 'four'" in line


def test_check_lists_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = raw_shop()
    path = tmp_path / "shop.windtunnel"
    raw["links"][0]["config"]["fallback"] = {"kind": "static"}
    path.write_text(json.dumps(raw))
    assert run(["check", str(path)]) == 0
    assert "shop.windtunnel: no findings" in capsys.readouterr().out
    raw["links"][0]["config"] = {"fallback": {"kind": "static"}}
    path.write_text(json.dumps(raw))
    assert run(["check", str(path)]) == 0
    assert "1 risk" in capsys.readouterr().out
    raw["nodes"][1]["config"]["workers"] = 0
    path.write_text(json.dumps(raw))
    assert run(["check", str(path)]) == 2
    out = capsys.readouterr().out
    assert "error" in out
    assert "config.workers" in out
    assert "1 error" in out


def test_square_brackets_in_names_are_not_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = raw_shop(title="[bold]Shop[/]")
    raw["nodes"][1]["name"] = "[red]Web[/red] [/]"
    path = tmp_path / "shop.windtunnel"
    path.write_text(json.dumps(raw))
    assert run(["simulate", str(path)]) == 0
    assert run(["check", str(path)]) == 0
    assert "[bold]Shop[/]" in capsys.readouterr().out


def test_everything_that_a_design_can_hold_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rich.windtunnel"
    path.write_text(json.dumps(rich_raw()))
    assert run(["simulate", str(path)]) in {0, 1}
    assert "hit ratio" in capsys.readouterr().out


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"]):
        assert run(arguments) == 0
        out = capsys.readouterr().out
        for word in ("simulate", "check", "schema", "selftest", "new-component"):
            assert word in out


def test_importing_the_command_line_loads_no_qt() -> None:
    code = (
        "import sys, engine.cli.main\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('PySide6', 'shiboken6', 'pyqtgraph')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_table_of_links_tells_what_they_carry_where_that_is_measured(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", str(shop)]) == 0
    assert "carries" not in capsys.readouterr().out
    settings = ["bandwidth=4e6", "connection.streams=10"]
    sets = [word for each in settings for word in ("--set", f"users-web.{each}")]
    assert run(["simulate", str(shop), *sets]) == 0
    out = capsys.readouterr().out
    assert "carries" in out
    assert re.search(r"Users → Web .* [\d.]+ %, [1-6] open", out)


def test_set_reaches_into_laws_of_what_is_off(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pauses of .05 s, every .15 s, as exponential as they are by default: a quarter of the time."""
    pauses = ("--set", "web.pauses.every.mean=150ms", "--set", "web.pauses.length.mean=50ms")
    result = result_of(capsys, shop, *pauses)
    assert result["nodes"]["web"]["extra"]["paused"] == pytest.approx(0.25, abs=0.05)


def test_a_recording_is_put_into_a_design(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = shop.with_name("log.csv")
    recording.write_text(
        "time,key\n" + "".join(f"{place / 4},{place % 3}\n" for place in range(200))
    )
    target = shop.with_name("replayed.windtunnel")
    before = shop.read_text()
    assert run(["trace", str(recording), str(shop), "--output", str(target)]) == 0
    assert capsys.readouterr().out == (
        "replayed.windtunnel: users replays 200 arrivals in 49.8 s, 3 keys; the scenario lasts 50 s\n"
    )
    assert shop.read_text() == before
    assert result_of(capsys, target, "--warmup", "0")["clients"]["users"]["offered"] == 200
    fast = ("--set", "users.arrivals.speed=2", "--set", "users.arrivals.repeat=50s")
    assert result_of(capsys, target, "--warmup", "0", *fast)["clients"]["users"]["offered"] == 400
    assert run(["trace", str(recording), str(shop), "--client", "users"]) == 0
    assert json.loads(shop.read_text())["nodes"][0]["config"]["arrivals"]["process"] == "trace"


def test_recordings_that_do_not_fit(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = shop.with_name("log.csv")
    recording.write_text("time,rps\n0,100\n1,200\n")
    assert "this is an aggregate" in complaint(capsys, "trace", recording, shop)
    recording.write_text("1\n2\n")
    line = complaint(capsys, "trace", recording, shop, "--unit", "weeks")
    assert "--unit weeks: is no unit of time; pass s, ms, us or ns" in line
    line = complaint(capsys, "trace", recording, shop, "--client", "user")
    assert "--client user: is no client of shop.windtunnel; did you mean 'users'?" in line
    assert "log.cvs: cannot be read" in complaint(capsys, "trace", shop.with_name("log.cvs"), shop)
    assert "log.csv shop.windtunnel" in complaint(capsys, "trace", shop, recording)
    recording.write_text("1\nx\n")
    assert "log.csv: line 2: 'x' is not a number" in complaint(capsys, "trace", recording, shop)


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        (["process=active_users", "users=240", "rate_per_user=20/min", "window=5s"], 80 * 50),
        (["process=sessions", "rate=1200/min", "requests=4", "think_time=100ms"], 80 * 50),
        (["process=sessions", "rate=[[0,0],[30,0],[30,2]]", "requests_law=constant"], 0),
        (["process=closed", "users=20", "think_time=0.5"], 40 * 50),
        (["process=mmpp", "burst_factor=1", "burst_mean=2s"], 100 * 50),
        (["process=trace", "times=[10,20,30]"], 3),
        (["rate=[[0,0],[20,0],[20,50],[40,50],[40,0]]"], 20 * 50),
    ],
)
def test_every_arrival_process_can_be_set(
    shop: Path, capsys: pytest.CaptureFixture[str], settings: list[str], offered: int
) -> None:
    arguments = [part for each in settings for part in ("--set", f"users.arrivals.{each}")]
    found = result_of(capsys, shop, *arguments)["clients"]["users"]["offered"]
    if offered:
        assert found == pytest.approx(offered, rel=0.25)


@pytest.mark.parametrize(
    "command",
    [
        "simulate {file} --json {out}",
        "theory {file} --measure --json {out}",
        "why {file} --json {out}",
        "what-if {file} --json {out}",
        "spans {file} --json {out}",
        "spans {file} --otlp {out}",
        "study replicate {file} --json {out}",
        "study chaos {file} --export {out}",
    ],
)
@pytest.mark.parametrize("place", ["nowhere/out.json", "folder.json"])
def test_what_could_not_be_written_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, place: str
) -> None:
    """The design is not even looked at: there is none."""
    (tmp_path / "folder.json").mkdir()
    file, out = tmp_path / "none.windtunnel", tmp_path / place
    line = complaint(capsys, *command.format(file=file, out=out).split())
    assert f"{out}: cannot be written" in line


def test_fields_that_nothing_reads_are_told_beside_the_result(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who misspells one would take what is measured for what it says."""
    raw = json.loads(shop.read_text())
    raw["nodes"][1]["config"] |= {"worker": 9, "a": 1, "b": 2, "c": 3}
    shop.write_text(json.dumps(raw))
    assert run(["simulate", str(shop)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("has no field 'worker', so it does nothing; remove it")
    assert lines[3:] == [
        "windtunnel: shop.windtunnel: and 1 more fields that nothing reads; windtunnel check lists them"
    ]
    assert run(["simulate", str(shop), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
