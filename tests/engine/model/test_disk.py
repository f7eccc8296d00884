"""Whole files: written at once or not at all, with their permissions and links; only regular ones are read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from engine.model import files
from engine.model.design import Design
from engine.model.disk import PRIVATE, check_place, read_whole, write_to, write_whole
from engine.model.files import FileError, load, save

MOST = 1_000


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "shop.windtunnel"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def only(path: Path) -> None:
    """No temporary file is left."""
    assert sorted(path.parent.iterdir()) == [path]


def test_a_new_file_follows_the_umask_and_an_old_one_keeps_its_permissions(place: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(place, b"one")
    finally:
        os.umask(before)
    assert mode(place) == 0o640
    place.chmod(0o604)
    write_whole(place, b"two")
    assert (mode(place), place.read_bytes()) == (0o604, b"two")
    write_whole(place.with_name("own"), b"three", PRIVATE)
    assert mode(place.with_name("own")) == 0o600


def test_a_read_only_file_is_not_replaced(place: Path) -> None:
    save(Design(title="Old"), place)
    place.chmod(0o444)
    with pytest.raises(FileError, match="it is read-only; choose another name"):
        save(Design(title="New"), place)
    assert load(place).title == "Old"
    only(place)


def test_links_stay_links(place: Path, tmp_path: Path) -> None:
    write_whole(place, b"old and longer")
    hard, soft = tmp_path / "hard", tmp_path / "soft"
    os.link(place, hard)
    soft.symlink_to(place)
    write_whole(soft, b"new")
    assert [each.read_bytes() for each in (place, hard, soft)] == [b"new"] * 3
    assert hard.samefile(place)
    assert soft.is_symlink()
    assert sorted(tmp_path.iterdir()) == sorted([place, hard, soft])


def test_a_dangling_link_leads_to_the_new_file(tmp_path: Path) -> None:
    soft, target = tmp_path / "soft", tmp_path / "target"
    soft.symlink_to(target)
    write_whole(soft, b"new")
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("sort", ["pipe", "folder", "device"])
def test_only_regular_files_are_opened(sort: str, tmp_path: Path) -> None:
    path = tmp_path / "x.windtunnel"
    if sort == "pipe":
        os.mkfifo(path)
    elif sort == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    with pytest.raises(FileError, match=f"it is a {sort}, not a file"):
        load(path)
    with pytest.raises(FileError, match=f"it is a {sort}, not a file"):
        save(Design(), path)


def test_a_pipe_that_nobody_gave_us_is_refused_at_once(tmp_path: Path) -> None:
    """Whether it has a reader or not: without one it would be waited for for ever."""
    path = tmp_path / "out.json"
    os.mkfifo(path)
    for act in (check_place, lambda place: write_to(place, b"{}")):
        with pytest.raises(OSError, match="it is a pipe, not a file"):
            act(path)


def test_a_pipe_that_is_open_here_is_written_to(tmp_path: Path) -> None:
    read, write = os.pipe()
    path = Path(f"/dev/fd/{write}")
    check_place(path)
    write_to(path, b"{}")
    assert os.read(read, 9) == b"{}"
    os.close(read)
    with pytest.raises(BrokenPipeError):
        write_to(path, b"{}")
    os.close(write)


def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 120 + ".windtunnel")
    save(Design(title="Long"), path)
    assert load(path).title == "Long"
    with pytest.raises(FileError, match="cannot be saved"):
        save(Design(), tmp_path / ("x" * 300))
    with pytest.raises(FileError, match="cannot be"):
        load("a\0b")


def test_a_stamp_tells_a_change_from_a_touch(place: Path) -> None:
    stamp = files.save(Design(title="Mine"), place)
    assert read_whole(place, MOST)[1] == stamp
    assert stamp.state(place, MOST) == "same"
    os.utime(place, ns=(1, 1))
    assert stamp.state(place, MOST) == "same"
    save(Design(title="Mine"), place)
    assert stamp.state(place, MOST) == "same"
    save(Design(title="Ours"), place)
    assert stamp.state(place, MOST) == "changed"
    place.unlink()
    assert stamp.state(place, MOST) == "gone"
    place.mkdir()
    assert stamp.state(place, MOST) == "changed"


def test_what_is_read_is_bounded(place: Path) -> None:
    place.write_bytes(b"x" * 5_000)
    assert len(read_whole(place, MOST)[0]) == MOST + 1


def test_a_place_is_tried_and_left_as_it_was(place: Path, tmp_path: Path) -> None:
    check_place(place)
    assert list(tmp_path.iterdir()) == []
    place.write_text("old")
    before = read_whole(place, MOST)[1]
    check_place(place)
    only(place)
    assert before.seems_same(place)
    check_place(Path(os.devnull))
    with pytest.raises(FileNotFoundError):
        check_place(tmp_path / "nowhere" / "out.json")
    with pytest.raises(OSError, match="it is a folder"):
        check_place(tmp_path)
    place.chmod(0o444)
    with pytest.raises(PermissionError, match="it is read-only"):
        check_place(place)


def test_links_in_a_circle_are_one_line(tmp_path: Path) -> None:
    circle = tmp_path / "circle.windtunnel"
    circle.symlink_to(circle)
    for write in (check_place, lambda path: write_whole(path, b"one")):
        with pytest.raises(OSError, match="symbolic links"):
            write(circle)
    with pytest.raises(FileError, match="symbolic links"):
        save(Design(), circle)
