"""Which files are banks, and how they are opened."""

import os
from pathlib import Path

import pytest

from crossview.bank.files.discover import Found, find_banks, read_file


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")


def names(*paths: str) -> list[str]:
    return [found.name for found in find_banks([Path(path) for path in paths])]


def test_banks_are_known_by_their_names() -> None:
    write("a.bank.yaml", "b.bank.yml", "c/d.bank.json", "c/e.BANK.md", "c/questions/f.yaml", "questions/g.md")
    write("h.yaml", "bank.yaml", "questions/README.md", "questions/i.txt", "questions/deep/j.yaml", "c/k.md")

    assert names(".") == [
        "a.bank.yaml", "b.bank.yml", "c/d.bank.json", "c/e.BANK.md", "c/questions/f.yaml", "questions/g.md",
    ]  # fmt: skip


def test_hidden_and_foreign_folders_are_left_out() -> None:
    write(".git/a.bank.yaml", "node_modules/b.bank.yaml", "ours/vendor/c.bank.yaml", "scratch/d.bank.yaml")
    write("ours/e.bank.yaml", "ours/f/scratch/g.bank.yaml", ".h.bank.yaml")
    Path(".gitignore").write_text("# ours\n/scratch/\n*.tmp\n!kept/\n")

    assert names(".") == ["ours/e.bank.yaml"]


def test_file_that_is_named_is_read_whatever_its_name_and_once() -> None:
    write("a.yaml", "b/a.bank.yaml")

    assert names("b", "a.yaml", "./a.yaml", "b/a.bank.yaml", "b") == ["b/a.bank.yaml", "a.yaml"]


def test_folder_with_the_name_of_a_bank_is_looked_through() -> None:
    write("x.bank.yaml/y.bank.yaml")

    assert names(".") == ["x.bank.yaml/y.bank.yaml"]
    assert names("x.bank.yaml") == ["x.bank.yaml/y.bank.yaml"]


def test_link_out_of_its_folder_is_not_followed() -> None:
    write("in/a.bank.yaml", "out/b.bank.yaml")
    Path("in/b.bank.yaml").symlink_to("../out/b.bank.yaml")
    Path("in/c.bank.yaml").symlink_to("a.bank.yaml")
    Path("in/d.bank.yaml").symlink_to("d.bank.yaml")
    Path("in/e").symlink_to("../out")
    Path("in/f").symlink_to(".")

    fault = "This link leads out of in, or nowhere. Name the file itself."
    assert list(find_banks([Path("in")])) == [
        Found("in/a.bank.yaml", b"x"),
        Found("in/b.bank.yaml", fault=fault),
        Found("in/c.bank.yaml", b"x"),
        Found("in/d.bank.yaml", fault=fault),
    ]


def test_pipe_and_device_are_not_opened() -> None:
    os.mkfifo("a.bank.yaml")

    fault = "This is no regular file. Name a file or a folder."
    assert list(find_banks([Path()])) == [Found("a.bank.yaml", fault=fault)]
    assert read_file(Path("a.bank.yaml")) == Found("a.bank.yaml", fault=fault)
    assert read_file(Path("/dev/zero")) == Found("/dev/zero", fault=fault)


def test_file_that_vanishes_is_a_fault() -> None:
    write("a.bank.yaml", "b.bank.yaml")
    banks = find_banks([Path()])

    assert next(banks) == Found("a.bank.yaml", b"x")
    Path("b.bank.yaml").unlink()
    assert list(banks) == [Found("b.bank.yaml", fault="The file is not there. Look at its name.")]


def test_file_that_may_not_be_read_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.bank.yaml")

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("crossview.bank.files.discover.os.open", denied)
    assert read_file(Path("a.bank.yaml")) == Found("a.bank.yaml", fault="The file cannot be read: Permission denied.")


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_name_that_cannot_be_is_a_fault(name: str) -> None:
    assert read_file(Path(name)).fault != ""
