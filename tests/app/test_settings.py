"""Settings survive a restart, and a file that cannot be read means defaults."""

from pathlib import Path

import pytest

from app.settings import MAX_RECENT, Preferences, Settings


def test_what_is_changed_is_there_next_time(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    Settings(path).update(theme="light", splitters={"rows": (3, 1)})
    again = Settings(path).values
    assert again.theme == "light"
    assert again.splitters == {"rows": (3, 1)}


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", '{"theme": "pink"}', "\x00\xff", "[" * 100_000]
)
def test_a_broken_file_means_defaults(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, "utf-8")
    assert Settings(path).values == Preferences()


def test_keys_of_a_newer_version_survive(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "tour_done": true}', "utf-8")
    Settings(path).update(theme="light")
    assert '"tour_done": true' in path.read_text("utf-8").replace(": ", ": ")
    assert Settings(path).values.theme == "light"


def test_recent_files_are_latest_first_without_repeats_and_bounded(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    for i in range(MAX_RECENT + 3):
        settings.note_opened(tmp_path / f"{i}.windtunnel")
    settings.note_opened(tmp_path / "5.windtunnel")
    recent = settings.values.recent
    assert recent[0] == str(tmp_path / "5.windtunnel")
    assert len(recent) == len(set(recent)) == MAX_RECENT
    settings.forget(tmp_path / "5.windtunnel")
    assert str(tmp_path / "5.windtunnel") not in settings.values.recent


def test_a_place_that_cannot_be_written_loses_the_change_and_nothing_else(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    settings = Settings(blocker / "settings.json")
    settings.update(theme="light")
    assert settings.values.theme == "light"


def test_two_windows_do_not_undo_what_the_other_has_stored(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    one, other = Settings(path), Settings(path)
    one.update(theme="light")
    one.note_opened(tmp_path / "a.windtunnel")
    other.note_opened(tmp_path / "b.windtunnel")
    other.update(speed=2.0)
    found = Settings(path).values
    assert found.theme == "light"
    assert [Path(each).name for each in found.recent] == ["b.windtunnel", "a.windtunnel"]
    one.forget(tmp_path / "b.windtunnel")
    assert [Path(each).name for each in Settings(path).values.recent] == ["a.windtunnel"]
    assert Settings(path).values.speed == 2.0


def test_what_the_disk_does_not_take_still_holds_in_the_session(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file" / "settings.json")
    settings.update(theme="dark")
    settings.update(speed=3.0)
    assert (settings.values.theme, settings.values.speed) == ("dark", 3.0)
