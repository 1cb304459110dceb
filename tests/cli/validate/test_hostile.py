"""Files that mean harm or are broken: the command ends in time, with a code and a sentence, and never a traceback."""

import os
import time
from pathlib import Path

import pytest

from tests.cli.validate.conftest import Validate

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
GOOD = "questions:\n- id: a\n  text: Tell me about it.\n"

REFUSED = {
    "alias bomb": ("x.yaml", BOMB, "1:4", "An anchor stands here."),
    "alias": ("x.yaml", "questions: [*a]\n", "1:13", "An alias stands here."),
    "anchor on a text": ("x.yaml", "title: &t x\nquestions: []\n", "1:8", "An anchor stands here."),
    "tag that builds": ("x.yaml", "title: !!python/object/apply:os.system [x]\n", "1:8", "A tag stands here."),
    "tag of a text": ("x.yaml", "title: !!str x\n", "1:8", "A tag stands here."),
    "name twice": ("x.yaml", "title: a\ntitle: b\n", "2:1", "`title` stands here for the second time."),
    "name twice in a question": ("x.yaml", GOOD + "  id: b\n", "4:3", "`id` stands here for the second time."),
    "name twice in JSON": ("x.json", '{"title": "a",\n"title": "b"}', "2:1", "`title` stands here for the second time."),
    "merge key": ("x.yaml", "questions:\n- <<: {id: a}\n  text: b\n", "2:3", "The question has no field `<<`."),
    "tab": ("x.yaml", "questions:\n\t- id: a\n", "2:1", "A tab stands where YAML wants spaces."),
    "UTF-16": ("x.yaml", GOOD.encode("utf-16"), "1:1", "The file is in UTF-16."),
    "Latin-1": ("x.yaml", "title: Gr\xfc\xdfe\n".encode("latin-1"), "1:10", "The byte 0xfc is no UTF-8."),
    "NUL": ("x.yaml", GOOD + "  intent: a\0b\n", "4:12", "The control character U+0000 stands here."),
    "NUL in JSON": ("x.json", '{"questions": [\0]}', "1:16", "The control character U+0000 stands here."),
    "picture": ("x.md", b"\x89PNG\r\n\x1a\n\0\0", "1:1", "The byte 0x89 is no UTF-8."),
    "lone surrogate": (
        "x.json", r'{"questions": [{"id": "a", "text": "\ud800"}]}', "1:36", "This text holds half of a character",
    ),
    "lone surrogate in YAML": ("x.yaml", 'title: "\\ud800"\n', "1:11", "This is no valid YAML"),
    "deep JSON": ("x.json", "[" * 100_000, "1:17", "This is nested more than 16 levels deep."),
    "deep YAML": ("x.yaml", "[" * 100_000, "1:17", "This is nested more than 16 levels deep."),
    "deep blocks in YAML": ("x.yaml", "- " * 100_000 + "x", "1:33", "This is nested more than 16 levels deep."),
    "deep lists in Markdown": ("x.md", "- " * 100_000 + "x", "1:1", "This is nested too deeply."),
    "number without end": ("x.json", '{"title": ' + "1" * 5_000 + "}", "1:11", "This value cannot be read."),
    "nothing": ("x.yaml", "", "1:1", "The file is empty."),
    "nothing in JSON": ("x.json", " \n", "1:1", "The file is empty."),
    "nothing in Markdown": ("x.md", "\n", "1:1", "The file is empty."),
    "comments only": ("x.yaml", "# nothing\n", "1:1", "The file is empty."),
    "another kind": ("x.json", '{"name": "x"}', "1:1", "This is no question bank"),
    "too many lines": ("x.md", "- a\n" * 100_001, "1:1", "The page has more than 100,000 lines."),
    "too large": ("x.yaml", b"#" * (16 * 2**20 + 1), "1:1", "The file is larger than 16 MiB."),
    "too many values": ("x.json", b"[" + b"1," * 1_000_001 + b"1]", "1:2000000", "The file holds more than 1,000,000"),
}  # fmt: skip


def first_line(output: str) -> str:
    return output.split("\n", 1)[0]


@pytest.mark.parametrize(("name", "content", "place", "sentence"), REFUSED.values(), ids=list(REFUSED))
def test_file_is_refused_with_its_place(
    validate: Validate, name: str, content: str | bytes, place: str, sentence: str
) -> None:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    begun = time.process_time()
    ran = validate(name)

    assert first_line(ran.output).startswith(f"{name}:{place}: CV900 unreadable [error] {sentence}")
    assert (ran.exit_code, type(ran.exception)) == (2, SystemExit)
    assert "1 error in" in ran.output
    assert max(map(len, ran.output.split("\n"))) < 300
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r")])
def test_mark_and_line_ends_of_other_systems_are_read(validate: Validate, text: str) -> None:
    Path("x.yaml").write_bytes(text.encode())

    assert validate("x.yaml").output == "Nothing found in 1 question in 1 file.\n"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("x.yaml", "questions:\n- id: a\n  text: ", "\n"),
        ("x.json", '{"questions": [{"id": "a", "text": "', '"}]}'),
        ("x.md", "- ", "\n  - id: a\n"),
        ("y.md", "<!--", ""),
    ],
)
@pytest.mark.parametrize("filler", ["word ", "<!-- ", "[a](", "# "])
def test_line_of_ten_megabytes_ends_in_time(
    validate: Validate, name: str, before: str, after: str, filler: str
) -> None:
    Path(name).write_text(before + filler * (10_000_000 // len(filler)) + after)
    begun = time.process_time()
    ran = validate(name)

    assert ran.exit_code in (0, 2)
    assert type(ran.exception) in (SystemExit, type(None))
    assert len(ran.output) < 1_000
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("name", ["x.yaml", "x.json", "x.md"])
def test_hundred_thousand_questions_end_in_time(validate: Validate, name: str) -> None:
    count = 50_000 if name == "x.md" else 100_000  # a page has 100,000 lines at most
    ask = {
        "x.yaml": ("questions:\n", "- {id: q%d, text: Tell me about it.}", "\n", "\n"),
        "x.json": ('{"questions": [', '{"id": "q%d", "text": "Tell me about it."}', ",\n", "]}"),
        "x.md": ("", "- Tell me about it.\n  - id: q%d", "\n", "\n"),
    }
    before, each, between, after = ask[name]
    Path(name).write_text(before + between.join(each % number for number in range(count)) + after)
    begun = time.process_time()

    assert validate(name, "--select", "CV9").output == f"Nothing found in {count:,} questions in 1 file.\n"
    assert time.process_time() - begun < 60


def test_links_pipes_and_folders_are_told_and_never_opened(validate: Validate) -> None:
    Path("a.bank.yaml").symlink_to("b.bank.yaml")
    Path("b.bank.yaml").symlink_to("a.bank.yaml")
    Path("c.bank.yaml").symlink_to("/dev/zero")
    os.mkfifo("d.bank.yaml")
    Path("e.bank.yaml").mkdir()
    ran = validate("--format", "github")

    assert ran.exit_code == 2
    assert [line.split("::")[-1] for line in ran.output.splitlines()] == [
        "This link leads out of ., or nowhere. Name the file itself.",
        "This link leads out of ., or nowhere. Name the file itself.",
        "This link leads out of ., or nowhere. Name the file itself.",
        "This is no regular file. Name a file or a folder.",
        "4 errors in 0 questions in 4 files.",
    ]


@pytest.mark.parametrize("path", ["/dev/zero", "a.bank.yaml", "pipe.yaml", "gone.yaml", "x\ny.yaml"])
def test_path_that_is_named_is_told(validate: Validate, path: str) -> None:
    Path("a.bank.yaml").symlink_to("a.bank.yaml")
    os.mkfifo("pipe.yaml")
    ran = validate(path)

    assert ran.exit_code == 2
    assert first_line(ran.output).startswith(f"{path}:1:1: CV900 ".replace("\n", "\ufffd"))
    assert ran.output.endswith("\n\n1 error in 0 questions in 1 file.\n")


def test_folder_with_the_name_of_a_bank_is_looked_through(validate: Validate) -> None:
    Path("x.bank.yaml").mkdir()
    Path("x.bank.yaml/y.bank.yaml").write_text(GOOD)

    assert validate("x.bank.yaml").output == "Nothing found in 1 question in 1 file.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read_is_told(validate: Validate) -> None:
    Path("x.yaml").write_text(GOOD)
    Path("x.yaml").chmod(0)

    assert validate("x.yaml").output.startswith(
        "x.yaml:1:1: CV900 unreadable [error] The file cannot be read: Permission"
    )


def test_file_that_vanishes_meanwhile_is_told(validate: Validate, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("x.yaml").write_text(GOOD)
    real = os.open

    def vanished(path: Path, *arguments: int) -> int:
        path.unlink()
        return real(path, *arguments)

    monkeypatch.setattr("crossview.bank.files.discover.os.open", vanished)
    assert validate("x.yaml").output.startswith("x.yaml:1:1: CV900 unreadable [error] The file is not there.")


def test_many_faults_are_told_up_to_a_hundred(validate: Validate) -> None:
    Path("x.yaml").write_text("questions:\n" + "- txet: a\n" * 200_000)
    begun = time.process_time()
    ran = validate("x.yaml")

    assert ran.exit_code == 2
    assert ran.output.splitlines()[-6].startswith(
        "x.yaml:102:3: CV900 unreadable [error] There are more than 100 faults."
    )
    assert ran.output.endswith("\n101 errors in 0 questions in 1 file.\n")
    assert time.process_time() - begun < 20


def test_many_findings_on_one_line_are_told_in_time(validate: Validate) -> None:
    ask = '{"id": "q%d", "text": "Would you pay for it?"}'
    Path("x.json").write_text('{"questions": [' + ",".join(ask % number for number in range(10_000)) + "]}")
    begun = time.process_time()

    assert validate("x.json", "--select", "CV303").output.endswith("\n10,000 warnings in 10,000 questions in 1 file.\n")
    assert time.process_time() - begun < 20


def test_many_suppressions_end_in_time(validate: Validate) -> None:
    Path("x.yaml").write_text(
        "questions:\n" + "- id: a%d\n  text: b # lint-ignore: CV101\n" * 20_000 % tuple(range(20_000))
    )
    begun = time.process_time()

    assert validate("x.yaml", "--select", "CV903").output.endswith("\n20,000 warnings in 20,000 questions in 1 file.\n")
    assert time.process_time() - begun < 20
