"""File history: versions are kept, latest first, bounded, and one file's are not another's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.history import KEEP, FileHistory

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_versions_come_latest_first_with_their_time(tmp_path: Path) -> None:
    history, file = FileHistory(tmp_path / "h"), tmp_path / "shop.windtunnel"
    for i in range(3):
        file.write_text(f"version {i}")
        history.record(file, NOON + timedelta(minutes=i))
    versions = history.versions(file)
    assert [each.path.read_text() for each in versions] == ["version 2", "version 1", "version 0"]
    assert versions[0].saved_at == NOON + timedelta(minutes=2)


def test_an_unchanged_file_makes_no_version(tmp_path: Path) -> None:
    history, file = FileHistory(tmp_path / "h"), tmp_path / "shop.windtunnel"
    file.write_text("same")
    history.record(file, NOON)
    history.record(file, NOON + timedelta(hours=1))
    assert len(history.versions(file)) == 1


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    history, file = FileHistory(tmp_path / "h"), tmp_path / "shop.windtunnel"
    for i in range(KEEP + 5):
        file.write_text(str(i))
        history.record(file, NOON + timedelta(seconds=i))
    versions = history.versions(file)
    assert len(versions) == KEEP
    assert versions[-1].path.read_text() == "5"


def test_files_of_the_same_name_in_two_folders_stay_apart(tmp_path: Path) -> None:
    history = FileHistory(tmp_path / "h")
    files = [tmp_path / name / "shop.windtunnel" for name in ("a", "b")]
    for file in files:
        file.parent.mkdir()
        file.write_text(file.parent.name)
        history.record(file, NOON)
    assert [history.versions(each)[0].path.read_text() for each in files] == ["a", "b"]


def test_strange_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    history, file = FileHistory(tmp_path / "h"), tmp_path / "shop.windtunnel"
    file.write_text("x")
    history.record(file, NOON)
    stranger = history.versions(file)[0].path.parent / "mine.windtunnel"
    stranger.write_text("keep me")
    assert len(history.versions(file)) == 1
    assert stranger.exists()
