"""A folder cannot be left, and a file in it is whole or absent."""

import os
from pathlib import Path

import pytest

from crossview.plugin import GiveUp
from crossview_files.folder import Folder
from crossview_files.names import titled


def test_write_puts_a_whole_file_in_place_and_leaves_nothing_else(tmp_path: Path) -> None:
    with Folder.at(tmp_path / "new" / "root") as folder, folder.inside("sub") as sub:
        sub.write("a.md", b"one", passing=".part")
        sub.write("a.md", b"two", passing=".part")
        assert (sub.names(), sub.read("a.md"), sub.read("b.md")) == (["a.md"], b"two", None)


def test_write_takes_away_what_a_killed_writer_left(tmp_path: Path) -> None:
    (tmp_path / ".part").write_bytes(b"half of a longer text")
    with Folder.at(tmp_path) as folder:
        folder.write("a.md", b"whole", passing=".part")
        assert (folder.names(), folder.read("a.md")) == (["a.md"], b"whole")


def test_link_to_a_folder_outside_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "scripts").symlink_to(outside)
    with Folder.at(tmp_path / "root") as folder, pytest.raises(GiveUp, match="scripts is not a folder"):
        folder.inside("scripts")
    assert list(outside.iterdir()) == []


def test_link_in_the_place_of_a_file_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"theirs")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.md").symlink_to(outside)
    with Folder.at(tmp_path / "root") as folder:
        assert folder.read("a.md") is None
        folder.write("a.md", b"ours", passing=".part")
        assert folder.read("a.md") == b"ours"
    assert outside.read_bytes() == b"theirs"


def test_link_in_the_place_of_the_passing_file_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"theirs")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / ".part").symlink_to(outside)
    with Folder.at(tmp_path / "root") as folder, pytest.raises(OSError, match="symbolic links"):
        folder.write("a.md", b"ours", passing=".part")
    assert outside.read_bytes() == b"theirs"


def test_pipe_in_the_place_of_a_file_does_not_hold_the_reader_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with Folder.at(tmp_path) as folder:
        assert folder.read("a.md") == b""


def test_bring_along_renames_what_belongs_to_the_object_and_nothing_else(tmp_path: Path) -> None:
    for name in (titled("Old", "1"), titled("Old", "2")):
        (tmp_path / name).mkdir()
    with Folder.at(tmp_path) as folder:
        folder.bring_along("1", titled("New", "1"))
        folder.bring_along("1", titled("New", "1"))
        folder.bring_along("3", titled("New", "3"))
        assert folder.names() == sorted([titled("New", "1"), titled("Old", "2")])
