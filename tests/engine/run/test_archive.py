"""The list of runs: what is kept is found again, and a database that cannot be used is left as it was."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.run import archive
from engine.run.archive import Archive, ArchiveError, NewRun

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RESULT = {"hash": "abc123", "clients": {"users": {"goodput": 50.0}}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "runs.sqlite3"


def run(title: str = "Shop", seed: int = 1, result: dict[str, object] | None = RESULT) -> NewRun:
    return NewRun(title, f"design of {title} {seed}", "{journal}", seed, 60.0, 2, result)


def test_what_is_kept_is_found_again(path: Path) -> None:
    kept = Archive(path)
    assert kept.find() == ()
    assert not path.exists(), "looking makes no file"
    kept.add(run(), NOON)
    kept.add(run("Bank", 7, None), NOON + timedelta(hours=1))
    bank, shop = kept.find()
    assert (shop.title, shop.seed, shop.ended, shop.changes, shop.hash) == (
        "Shop",
        1,
        60.0,
        2,
        "abc123",
    )
    assert shop.summary == RESULT
    assert (bank.title, bank.hash, dict(bank.summary)) == ("Bank", "", {})
    assert shop.digest != bank.digest
    assert kept.journal(shop.id) == "{journal}"
    assert [each.title for each in kept.find("sho")] == ["Shop"]
    assert [each.title for each in kept.find("seed 7 2026-03-01")] == ["Bank"]
    assert [each.title for each in kept.find("ABC123")] == ["Shop"]
    assert kept.find("no such words") == ()


def test_the_same_run_again_is_one_run_and_the_latest(path: Path) -> None:
    kept = Archive(path)
    kept.add(run(), NOON)
    kept.add(run("Bank"), NOON + timedelta(hours=1))
    kept.add(run(), NOON + timedelta(hours=2))
    assert [each.title for each in kept.find()] == ["Shop", "Bank"]


def test_deleting_and_the_oldest_that_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "KEEP", 3)
    kept = Archive(path)
    for hour in range(5):
        kept.add(run(seed=hour), NOON + timedelta(hours=hour))
    assert [each.seed for each in kept.find()] == [4, 3, 2]
    first = kept.find()[0]
    kept.delete(first.id)
    assert [each.seed for each in kept.find()] == [3, 2]
    with pytest.raises(ArchiveError, match="not kept any more"):
        kept.journal(first.id)


def test_a_run_is_renamed_and_keeps_its_name_when_it_is_kept_again(path: Path) -> None:
    kept = Archive(path)
    kept.add(run(), NOON)
    kept.rename(1, "  Before\n the   fix " + "x" * 900)
    name = kept.find()[0].title
    assert name.startswith("Before the fix xx")
    assert len(name) == archive.LONGEST_NAME
    kept.add(run(), NOON + timedelta(hours=1))
    assert [each.title for each in kept.find("before")] == [name]


def refused(path: Path) -> str:
    """The line with which every use of a database is refused, which stays as it is, byte for byte."""
    before = path.read_bytes()
    lines = set()
    for use in (
        lambda: Archive(path).find(),
        lambda: Archive(path).add(run(), NOON),
        lambda: Archive(path).delete(1),
    ):
        with pytest.raises(ArchiveError) as caught:
            use()
        lines.add(str(caught.value))
    assert path.read_bytes() == before
    assert len(lines) == 1
    (line,) = lines
    assert "\n" not in line
    assert str(path) in line
    return line


def test_a_damaged_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but somebody may want it" * 100)
    assert "is damaged" in refused(path)


def test_a_newer_database_is_left_alone(path: Path) -> None:
    Archive(path).add(run(), NOON)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert "a newer version of Windtunnel wrote it" in refused(path)


def test_a_database_that_somebody_writes_to_is_waited_for_and_then_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PATIENCE", 0.01)
    kept = Archive(path)
    kept.add(run(), NOON)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ArchiveError, match="another program is writing"):
        kept.add(run("Bank"), NOON)
    other.execute("ROLLBACK")
    other.close()
    kept.add(run("Bank"), NOON)
    assert len(kept.find()) == 2


def test_a_damaged_run_is_one_line(path: Path) -> None:
    kept = Archive(path)
    kept.add(run(), NOON)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE runs SET journal = ?, summary = ?", (b"x", b"y"))
    database.close()
    with pytest.raises(ArchiveError, match="is damaged"):
        kept.journal(1)
    assert (kept.find(), kept.damaged) == ((), 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE runs SET summary = 'text'",
        "UPDATE runs SET journal = 7, title = x'00'",
        "UPDATE runs SET seed = 'many'",
        "UPDATE runs SET ended = 'never'",
        "UPDATE runs SET made = x'ff'",
        "UPDATE runs SET title = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_damaged_run_hides_no_other(path: Path, change: str) -> None:
    kept = Archive(path)
    kept.add(run(), NOON)
    kept.add(run("Bank"), NOON + timedelta(hours=1))
    with sqlite3.connect(path) as database:
        database.execute(f"{change} WHERE title = 'Shop'")
    database.close()
    assert [each.title for each in kept.find()] == ["Bank"]
    assert kept.damaged == 1
    kept.add(run("Inn"), NOON + timedelta(hours=2))
    assert [each.title for each in kept.find()] == ["Inn", "Bank"]


def test_numbers_that_are_none_are_damage(path: Path) -> None:
    kept = Archive(path)
    kept.add(run(), NOON)
    for name in ("NaN", "Infinity", "1e999"):
        packed = zlib.compress(f'{{"clients": {{"users": {{"goodput": {name}}}}}}}'.encode())
        with sqlite3.connect(path) as database:
            database.execute("UPDATE runs SET summary = ?", (packed,))
        database.close()
        assert (kept.find(), kept.damaged) == ((), 1)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE runs RENAME COLUMN title TO named",
        (
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(sql, 'id INTEGER', '''id INTEGER')"
        ),
    ],
)
def test_a_table_of_another_form_is_one_line_about_damage(path: Path, change: str) -> None:
    Archive(path).add(run(), NOON)
    database = sqlite3.connect(path)
    database.executescript(change)
    database.close()
    with pytest.raises(ArchiveError, match="is damaged") as caught:
        Archive(path).find()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "makes",
    [
        "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END",
        "CREATE TABLE bookmarks (url TEXT)",
        (
            "DROP TABLE runs; CREATE VIEW runs AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id FROM n) "
            "SELECT id, id AS made, id AS title, id AS digest, id AS hash, id AS seed, id AS ended, "
            "id AS changes, id AS summary, id AS journal FROM n"
        ),
        "ALTER TABLE runs ADD COLUMN more AS (hex(zeroblob(900000000)))",
    ],
    ids=["trigger", "another program's", "a view without end", "a computed column"],
)
def test_a_database_that_does_something_when_it_is_used_is_left_alone(
    path: Path, makes: str
) -> None:
    kept = Archive(path)
    kept.add(run(), NOON)
    with sqlite3.connect(path) as database:
        database.executescript(makes)
    database.close()
    assert "holds something else than runs" in refused(path)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match="protected"):
        Archive(tmp_path / "file" / "runs.sqlite3").add(run(), NOON)


@pytest.mark.skipif(sys.platform != "linux", reason="needs another user's rights")
def test_what_may_only_be_read_is_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.sqlite3"
        Archive(path).add(run(), NOON)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        read_only(path)
        path.parent.chmod(0o755)


def test_a_folder_that_nobody_may_enter_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="too long"):
        Archive(tmp_path / ("a" * 300) / "runs.sqlite3").find()


def read_only(path: Path) -> None:
    """A run is read and not deleted by who may only read it, and nothing is written beside it."""
    lines = (
        "import os, sys; from datetime import datetime; from pathlib import Path",
        "from engine.run.archive import Archive, ArchiveError, NewRun",
        f"kept = Archive(Path({str(path)!r}))",
        "os.geteuid() or os.setuid(65534)",
        "(found,) = kept.find(); print(found.title, kept.journal(found.id))",
        "try: kept.delete(found.id)",
        "except ArchiveError as error: print(error)",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )
    first, second = done.stdout.splitlines() or [done.stderr, ""]
    assert first == "Shop {journal}"
    assert "folder is protected" in second
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]
