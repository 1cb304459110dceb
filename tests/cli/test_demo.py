"""The demo as a newcomer runs it: it tells its story, leaves its files behind, and can be left in every way."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import icalendar
import pytest

from tests.cli.command import Running, alive, crossview, running

MAILS = {"ida.brandt@example.com", "samuel.boateng@example.com", "klara.dvorak@example.com"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demos of this module run, one after the other."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def told(folder: Path) -> Iterator[Running]:
    """A demo that has told its story and serves on."""
    with running(folder, "demo", "--port", "0") as demo:
        demo.wait_for("The server stays until you press Ctrl-C.")
        yield demo


def _path(told: Running, folder: Path, label: str) -> Path:
    found = re.search(rf"^   {label} +(\S+)$", told.output, re.MULTILINE)
    assert found
    return folder / found[1]


def test_story_is_short_and_names_all_departments(told: Running) -> None:
    assert told.errors == ""
    lines = told.output.splitlines()
    assert len(lines) < 70
    for department in ("Sales", "Marketing", "Customer Success & Support", "Product", "Engineering"):
        assert department in told.output
    assert "Version 1 is sealed with SHA-256" in told.output
    said = " ".join(told.output.split())
    assert (
        "Lena Novak proposes “Don't our exports fail you too often?” The linter answers with CV101: "
        "“Don't” suggests the answer. Ask for what happened, or what they think, without saying what you expect."
    ) in said
    assert "In her “Tell me about the last export that you had to repeat.” the linter finds nothing." in said
    assert "the answer to him is 412, “Somebody changed this since you read it: it is at version 2 now.”" in said


def test_script_lies_in_the_folder_with_what_was_left_out(told: Running, folder: Path) -> None:
    text = _path(told, folder, "script").read_text(encoding="utf-8")
    assert "# Month-end exports: interview guide\n" in text
    asked, left_out = text.split("Left out, and why")
    assert "Tell me about the last export that you had to repeat." in asked
    assert "Don't our exports fail you too often?" not in text
    assert "Which of our answers did you have to ask for twice?" in left_out


def test_interview_and_observers_have_a_calendar_file_each(told: Running, folder: Path) -> None:
    interview = icalendar.Calendar.from_ical(_path(told, folder, "interview").read_bytes())
    observers = icalendar.Calendar.from_ical(_path(told, folder, "observers").read_bytes())
    (held,), (watched,) = interview.events, observers.events
    assert held.uid != watched.uid
    assert held.start == watched.start
    assert isinstance(held.start, datetime)
    assert held.start > datetime.now(UTC)
    assert {str(one).removeprefix("mailto:") for one in watched.attendees} == MAILS
    assert not MAILS & set(re.findall(r"[\w.]+@[\w.]+", _path(told, folder, "interview").read_text()))


def test_line_to_try_next_works(told: Running) -> None:
    found = re.search(r"^   try +curl (\S+) -H 'Authorization: (.+)'$", told.output, re.MULTILINE)
    assert found
    choice = httpx.get(found[1], headers={"Authorization": found[2]}).json()
    assert choice["budget"] == 30
    assert choice["picks"] != []


def test_second_demo_in_the_same_folder_is_refused(told: Running, folder: Path) -> None:
    second = crossview(folder, "demo", "--port", "0", "--exit")
    assert second.returncode == 1
    assert second.stderr == (
        f"Error: Process {told.process.pid} already uses the data folder {folder / 'crossview-demo' / '.data'}. "
        "Stop it, or choose another folder.\n"
    )


def test_interrupted_demo_ends_well_and_leaves_no_process(told: Running) -> None:
    led = told.children()
    assert led != []
    assert told.stop(signal.SIGINT) == 0
    assert alive(led) == []


def test_next_demo_leaves_the_files_of_the_last_one_alone(told: Running, folder: Path) -> None:
    assert told.stop(signal.SIGINT) == 0
    before = {path: path.read_bytes() for path in _files(folder)}
    guide = folder / "guide.md"
    guide.write_text("# Cuisine\n\n- [ ] Vérifier la salle\n", encoding="utf-8")
    ran = crossview(folder, "demo", "--exit", "--port", "0", "--guide", str(guide))
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "There is no question in it, so there is nothing to judge." in ran.stdout
    after = {path: path.read_bytes() for path in _files(folder)}
    assert before.items() <= after.items()
    assert sorted(path.name for path in after.keys() - before.keys()) == [
        "interview.ics",
        "latest.md",
        "observers.ics",
        "v1.md",
    ]


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "crossview-demo" / "team-folder").rglob("*") if path.is_file()]
