"""A server as its operator meets it: started, used by other commands, and stopped in every way there is."""

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests.cli.command import Running, alive, crossview, running
from tests.conftest import Server

GUIDE = "# Month-end interviews\n\n## Questions\n\n- How did your last month-end go?\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one server after the other runs; the first start makes the database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[tuple[Running, str]]:
    """A server, and its address."""
    with running(home, "serve", "--port", "0") as server:
        yield server, _address(server)


@pytest.fixture
def stopped(home: Path, served: tuple[Running, str]) -> Path:
    """The folder of that server after its end."""
    assert served[0].stop(signal.SIGTERM) == 0
    return home


def _address(server: Running) -> str:
    said = server.wait_for("Ctrl-C stops it.")
    found = re.fullmatch(
        r"Crossview listens on (http://127\.0\.0\.1:\d+), its API page is \1/docs\. Ctrl-C stops it\.\n", said
    )
    assert found, said
    return found[1]


def _token(home: Path, url: str, workspace: str) -> str:
    """A token from an invitation that the command line printed."""
    invited = crossview(home, "admin", "invite", "--workspace", workspace, "--email", "olga@example.com")
    assert invited.returncode == 0, invited.stderr
    link = re.search(r"cvi_[\w-]+", invited.stdout)
    assert link
    welcome = httpx.post(f"{url}/v1/invitations/accept", json={"link": link[0], "name": "Olga Owner"}).json()
    assert welcome["member"]["role"] == "owner"
    return str(welcome["token"])


def test_script_goes_in_and_comes_out_by_the_command_line(home: Path, served: tuple[Running, str]) -> None:
    _, url = served
    token = _token(home, url, "Acme")
    (home / "guide.md").write_text(GUIDE)
    access = {"CROSSVIEW_URL": url, "CROSSVIEW_TOKEN": token}
    headers = {"Authorization": f"Bearer {token}"}
    httpx.post(f"{url}/v1/departments", json={"name": "Sales"}, headers=headers).raise_for_status()

    brought = crossview(home, "import", "guide.md", **access)
    assert brought.returncode == 0, brought.stderr
    script = re.search(r"as script ([0-9a-f-]{36})\.", brought.stdout)
    assert script
    assert "Opened the study “Month-end interviews”" in brought.stdout

    markdown = crossview(home, "export", script[1], **access)
    assert (markdown.returncode, markdown.stdout) == (0, GUIDE)
    written = crossview(home, "export", script[1], "--format", "json", "-o", "script.json", **access)
    assert (written.returncode, written.stdout) == (0, "Wrote script.json.\n")
    assert json.loads((home / "script.json").read_text())["title"] == "Month-end interviews"

    again = crossview(home, "import", "script.json", **access)
    assert again.returncode == 0, again.stderr
    refused = crossview(home, "export", script[1], **{**access, "CROSSVIEW_TOKEN": "cv_wrong"})
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: No valid token came with this request.")


def test_bank_goes_in_and_comes_out_by_the_command_line(home: Path, served: tuple[Running, str]) -> None:
    _, url = served
    access = {"CROSSVIEW_URL": url, "CROSSVIEW_TOKEN": _token(home, url, "Banks Ltd")}
    file = home / "month-end.bank.yaml"
    file.write_text("questions:\n- id: last\n  text: How did you close last month?\n- id: who\n  text: Who helped?\n")

    def bring(*options: str) -> tuple[int, list[str], str]:
        ran = crossview(home, "bank", "import", file.name, "--into", "month-end", *options, **access)
        return ran.returncode, ran.stdout.splitlines(), ran.stderr

    assert bring() == (0, ["Opened the bank month-end.", "Imported into month-end: 2 created."], "")
    file.write_text("questions:\n- id: last\n  text: How did you close your last month?\n")
    missing = "Not in the file, and still in the bank: who. `--withdraw-missing` takes them out of use."
    assert bring() == (0, ["Imported into month-end: 1 changed.", missing], "")
    assert bring("--withdraw-missing") == (0, ["Imported into month-end: 1 unchanged, 1 withdrawn."], "")

    page = crossview(home, "bank", "export", "month-end", "--format", "markdown", **access)
    assert (page.returncode, page.stdout) == (
        0,
        "---\ntitle: month-end\n---\n\n- How did you close your last month?\n  - id: last\n",
    )
    written = crossview(home, "bank", "export", "month-end", "-o", file.name, **access)
    assert (written.returncode, written.stdout) == (0, "Wrote month-end.bank.yaml.\n")
    assert bring() == (0, ["Imported into month-end: 1 unchanged."], "")

    file.write_text("questions:\n- id: last\n- id: who\n  text: Who helped you?\n")
    assert bring() == (
        1,
        [],
        "Error: month-end.bank.yaml was not imported:\n"
        "  Line 2, column 3: The question has no `text`. Add it: a text of 1 to 20,000 characters.\n",
    )


def test_invitation_goes_into_the_workspace_of_that_name(home: Path, served: tuple[Running, str]) -> None:
    _, url = served
    _token(home, url, "Twice Ltd")
    member = crossview(
        home, "admin", "invite", "--workspace", "Twice Ltd", "--email", "max@example.com", "--role", "member"
    )
    link = re.search(r"cvi_[\w-]+", member.stdout)
    assert link
    welcome = httpx.post(f"{url}/v1/invitations/accept", json={"link": link[0], "name": "Max Member"}).json()
    everybody = httpx.get(f"{url}/v1/members", headers={"Authorization": f"Bearer {welcome['token']}"}).json()["items"]
    assert [(one["name"], one["role"]) for one in everybody] == [("Olga Owner", "owner"), ("Max Member", "member")]


def test_first_invitation_of_a_workspace_is_its_owners(home: Path, served: tuple[Running, str]) -> None:
    ran = crossview(home, "admin", "invite", "--workspace", "Nobody", "--email", "max@example.com", "--role", "member")
    assert ran.returncode == 1
    assert ran.stderr == (
        "Error: There is no workspace Nobody yet. Invite its owner first, or look at the name again.\n"
    )


def test_worker_beside_a_server_ends_when_told(home: Path, served: tuple[Running, str], tmp_path: Path) -> None:
    with running(tmp_path, "worker", CROSSVIEW_DATA=str(home / ".crossview")) as worker:
        worker.wait_for("The worker carries out deliveries.")
        assert worker.stop(signal.SIGTERM) == 0


def test_terminated_server_finishes_what_is_in_flight_and_leaves_no_process(
    served: tuple[Running, str],
) -> None:
    server, url = served
    led = server.children()
    body = json.dumps({"link": "cvi_unknown0", "name": "Olga"}).encode()
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as caller:
        caller.sendall(
            b"POST /v1/invitations/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body[:5])
        )
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        caller.sendall(body[5:])
        answer = caller.makefile("rb").read()
    assert b"unknown_invitation" in answer
    assert server.process.wait(30) == 0
    assert led != []
    assert alive(led) == []


def test_port_that_is_taken_is_named(stopped: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = crossview(stopped, "serve", "--port", str(port))
    assert ran.returncode == 1
    assert ran.stderr == (
        f"Error: Port {port} at 127.0.0.1 cannot be had (Address already in use). Take another one by --port.\n"
    )


def test_server_that_is_stopped_while_it_starts_leaves_no_process(stopped: Path) -> None:
    with running(stopped, "serve", "--port", "0") as server:
        deadline = time.monotonic() + 20
        while not server.children() and time.monotonic() < deadline:
            time.sleep(0.02)
        led = server.children()
        assert server.stop(signal.SIGINT) == 0
    assert led != []
    assert alive(led) == []


def test_death_of_postgresql_ends_the_server_with_a_sentence(stopped: Path) -> None:
    with running(stopped, "serve", "--port", "0") as server:
        _address(server)
        led = server.children()
        os.kill(json.loads((stopped / ".crossview" / "server.json").read_text())["pid"], signal.SIGKILL)
        assert server.process.wait(30) == 1
    assert "Error: PostgreSQL ended with code -9, and nobody here had asked it to. Start again" in server.errors
    assert alive(led) == []


async def test_named_server_is_migrated_by_migrate_alone(server: Server, tmp_path: Path) -> None:
    admin = await asyncpg.connect(server.dsn("postgres"))
    await admin.execute("create database unmigrated")
    url = {"CROSSVIEW_DATABASE_URL": server.dsn("unmigrated")}
    try:
        refused = crossview(tmp_path, "serve", "--port", "0", **url)
        assert refused.returncode == 1
        assert re.fullmatch(
            r"Error: The database lacks \d+ migrations\. Run `crossview migrate`, then start again\.\n", refused.stderr
        )
        first = crossview(tmp_path, "migrate", **url)
        assert first.returncode == 0, first.stderr
        assert re.search(r"The database is up to date: \d+ new\.\n$", first.stdout)
        second = crossview(tmp_path, "migrate", **url)
        assert (second.returncode, second.stdout) == (0, "The database was up to date already.\n")
        with running(tmp_path, "serve", "--port", "0", **url) as served:
            assert httpx.get(f"{_address(served)}/ready").status_code == 200
            assert served.stop(signal.SIGTERM) == 0
    finally:
        await admin.execute("drop database unmigrated with (force)")
        await admin.close()


def test_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    ran = crossview(tmp_path, "migrate", CROSSVIEW_DATABASE_URL="postgresql://app@127.0.0.1:9/crossview")
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: The database cannot be used: ")
    assert ran.stderr.endswith("Look whether it runs, and at CROSSVIEW_DATABASE_URL.\n")
