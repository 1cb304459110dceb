"""Two hundred bad connections and no proxy in front: each is dropped in its time, and nobody else has to wait for it."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import quantiles

import httpx
import pytest

from tests.promises.service import Service, resident

SECONDS = 3.0
"""The patience of this server, in place of 10 and 20 seconds."""
FLOOD = 200
MARGIN = 4.0
"""What a connection may last beyond: two deadlines in a row, and the time that uvicorn keeps an idle connection."""

Connect = Callable[[], socket.socket]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    seconds = {f"CROSSVIEW_{what}_SECONDS": str(SECONDS) for what in ("HEAD", "BODY", "ANSWER")}
    started = Service(tmp_path_factory.mktemp("sockets"), **seconds)
    started.start()
    yield started
    started.stop()


def connect(service: Service, *, room: int | None = None) -> socket.socket:
    """A connection; `room` is what the reader's side may hold, in bytes."""
    caller = socket.socket()
    if room is not None:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    caller.connect(("127.0.0.1", service.port))
    return caller


POST = (
    b"POST /v1/invitations/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
)
GET = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
KINDS: dict[str, tuple[bytes, bool]] = {
    "says nothing": (b"", False),
    "never ends its head": (b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ", False),
    "head by the byte": (b"GET /v1/me HTTP/1.1\r\nX-Slow: ", True),
    "body by the byte": (POST, True),
    "body shorter than said": (POST + b"{", False),
    "never reads": (GET * 60, False),
    "idle after an answer": (b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n", False),
    "second head never ends": (b"GET /live HTTP/1.1\r\nHost: x\r\n\r\nGET /", False),
}
"""What each says at once, and whether it goes on by a byte a second."""


def established(port: int) -> int:
    """The connections that the server holds, from the kernel's own table (proc(5), `/proc/net/tcp`)."""
    local = f":{port:04X}"
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(1 for row in rows if row[1].endswith(local) and row[3] in ("01", "08"))


def test_flood_of_bad_connections_is_dropped_and_slows_nobody_down(
    service: Service, record_property: Callable[[str, object], None]
) -> None:
    token = service.token()
    before = resident(service.pid)
    ended = threading.Event()
    took: list[float] = []

    def normal_client() -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
            while not ended.is_set():
                begun = time.monotonic()
                assert client.get(f"{service.url}/v1/me", timeout=10).status_code == 200
                took.append(time.monotonic() - begun)
                time.sleep(0.01)

    normal = threading.Thread(target=normal_client)
    with ExitStack() as stack:
        normal.start()
        stack.callback(normal.join)
        stack.callback(ended.set)
        begun = time.monotonic()
        dripping = []
        for number in range(FLOOD):
            words, drips = list(KINDS.values())[number % len(KINDS)]
            caller = stack.enter_context(connect(service, room=4096 if words.startswith(GET) else None))
            caller.sendall(words)
            if drips:
                dripping.append(caller)
        most = established(service.port)
        dropped = 0.0
        while (held := established(service.port)) > 1:
            assert time.monotonic() - begun < 2 * SECONDS + MARGIN, f"{held} connections are still held"
            for caller in dripping:
                with suppress(OSError):
                    caller.send(b"x")
            time.sleep(0.5)
            dropped = time.monotonic() - begun
    grown = resident(service.pid) - before

    p95 = quantiles(took, n=20)[-1]
    assert most > FLOOD * 0.9
    assert p95 < 0.5
    assert grown < 50
    record_property(
        "figure",
        f"bad sockets: {FLOOD} of {len(KINDS)} kinds, the last dropped after {dropped:.1f} s at {SECONDS:.0f} s of patience;"
        f" a normal client: {len(took)} requests, p95 {p95 * 1000:.0f} ms; memory grew by {grown:.1f} MiB",
    )


def test_head_that_begins_after_an_answer_has_its_time_as_well(service: Service) -> None:
    with connect(service) as caller:
        caller.settimeout(SECONDS + MARGIN)
        caller.sendall(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += caller.recv(65536)
        begun = time.monotonic()
        caller.sendall(b"GET /live HTTP/1.1\r\nX-Slow: ")
        assert caller.recv(65536).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begun > SECONDS / 2


def answer_to(service: Service, words: bytes) -> tuple[int, str]:
    """Status and body of what comes back before the connection ends."""
    with connect(service) as caller:
        with suppress(OSError):
            caller.sendall(words)
        caller.settimeout(3 * SECONDS)
        told = b""
        with suppress(ConnectionError):
            while piece := caller.recv(65536):
                told += piece
    found = re.match(rb"HTTP/1\.1 (\d+) .*?\r\n\r\n(.*)", told, re.DOTALL)
    assert found is not None, told
    return int(found[1]), found[2].decode()


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Never: ", 408, "slow_head"),
        (POST + b"{", 408, "slow_body"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n", 400, "unreadable_head"),
        (b"NONSENSE\r\n\r\n", 400, "unreadable_head"),
        (b"GET /live HTTP/1.1\r\n\r\n", 400, "unreadable_head"),
        (b"GET /live HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "unreadable_head"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: yes\r\n" * 10_000 + b"\r\n", 431, "head_too_long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1_000_000 + b"\r\n\r\n", 431, "head_too_long"),
        (b"GET /" + b"a" * 1_000_000, 431, "head_too_long"),
    ],
    ids=[
        "slow head",
        "slow body",
        "TLS",
        "nonsense",
        "no host",
        "two hosts",
        "many headers",
        "long header",
        "address without end",
    ],
)
def test_request_that_cannot_be_taken_is_refused_in_words(
    service: Service, words: bytes, status: int, code: str
) -> None:
    answered, body = answer_to(service, words)

    assert (answered, f'"code":"{code}"' in body) == (status, True), body


def test_server_serves_as_before_after_all_that(service: Service) -> None:
    assert httpx.get(f"{service.url}/ready").status_code == 200
