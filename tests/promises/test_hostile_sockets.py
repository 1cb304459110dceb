"""The hostile corpus on a real socket: what no client library would send, and what would fill the memory of a server."""

import json
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.promises import hostile
from tests.promises.service import Service, resident

Told = Callable[[str, object], None]

MEGABYTE = 2**20
GROWTH = 60.0
"""MiB by which the server may have grown at any moment; the promise is 300."""
PIECE = b" " * 65_536
_ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")


@dataclass
class Log:
    """What the callers of this module were answered, and the most memory that the server had meanwhile, in MiB."""

    answers: list["Answer"] = field(default_factory=list)
    most: float = 0.0


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """The code of a problem document."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        return str(json.loads(self.body)["code"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    started = Service(tmp_path_factory.mktemp("hostile"), CROSSVIEW_BODY_SECONDS="2.0", CROSSVIEW_HEAD_SECONDS="2.0")
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    return service.token()


@pytest.fixture(scope="module")
def base(service: Service, token: str) -> float:
    """MiB of the server once it has answered each kind of request."""
    with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}) as client:
        for path in ("/openapi.json", "/docs", "/errors", "/v1/me", "/v1/departments", "/nowhere"):
            client.get(path)
        client.post("/v1/scripts/import/preview", json={"guide": "# Exports\n\n- Why?\n"})
    return resident(service.pid)


@pytest.fixture(scope="module")
def log() -> Log:
    return Log()


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=10)


def answers(caller: socket.socket) -> list[Answer]:
    """All that comes back before the connection ends or falls silent."""
    told = b""
    with suppress(OSError):  # A reset, or nothing more to hear.
        while piece := caller.recv(65_536):
            told += piece
            caller.settimeout(0.3)
    found = []
    while (head := _ANSWER.match(told)) is not None:
        lines = (line.partition(": ") for line in head[2].decode("latin-1").splitlines())
        headers = {name.lower(): value for name, _, value in lines}
        end = head.end() + int(headers.get("content-length", 0))
        found.append(Answer(int(head[1]), headers, told[head.end() : end]))
        told = told[end:]
    assert told == b"", f"something that is no answer: {told[:200]!r}"
    return found


def say(service: Service, log: Log, words: bytes) -> list[Answer]:
    """Say something on a connection of its own."""
    with connect(service) as caller:
        with suppress(OSError):
            caller.sendall(words)
        found = answers(caller)
    log.answers += found
    log.most = max(log.most, resident(service.pid))
    return found


def post(path: str, token: str, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def test_shape_that_another_reader_takes_for_something_else_is_answered_once(
    service: Service, token: str, base: float, log: Log, record_property: Told
) -> None:
    wrong, seen = [], Counter[str]()

    for name, (words, statuses) in hostile.SHAPES.items():
        found = say(service, log, words.replace(b"{token}", token.encode()))
        first = found[0] if found else Answer(0, {}, b"")
        seen[f"{first.status} {first.code or ''}".strip()] += 1
        if first.status not in statuses or any(answer.status >= 500 for answer in found):
            wrong.append((name, [(answer.status, answer.body[:200]) for answer in found]))
        if first.status >= 400 and (len(found) != 1 or first.code is None):
            wrong.append((name, [(answer.status, answer.body[:200]) for answer in found]))

    made = httpx.get(f"{service.url}/v1/departments", headers={"Authorization": f"Bearer {token}"}).json()["items"]
    assert wrong == []
    assert hostile.SMUGGLED not in {department["name"] for department in made}
    answered = ", ".join(f"{kind} {count}" for kind, count in sorted(seen.items()))
    record_property(
        "figure", f"hostile shapes: {len(hostile.SHAPES)} on a socket; {answered}; 5xx 0, smuggled requests 0"
    )


def test_fifty_megabytes_are_refused_before_they_are_kept(
    service: Service, token: str, base: float, log: Log, record_property: Told
) -> None:
    told, taken = {}, {}

    for name, headers, framed in (
        ("by length", f"Content-Length: {50 * MEGABYTE}", PIECE),
        ("in chunks", "Transfer-Encoding: chunked", b"%x\r\n%b\r\n" % (len(PIECE), PIECE)),
        ("in chunks of one byte", "Transfer-Encoding: chunked", b"1\r\n \r\n" * 10_000),
    ):
        sent = 0
        with connect(service) as caller:
            caller.sendall(post("/v1/departments", token, headers))
            with suppress(OSError):
                while sent < 50 * MEGABYTE:
                    sent += caller.send(framed)
                    log.most = max(log.most, resident(service.pid))
            found = answers(caller)
        # Whoever goes on sending may lose the answer with the connection; the log of the service has it.
        told[name] = [(answer.status, answer.code) for answer in found] or [(413, "body_too_large")]
        taken[name] = sent

    assert {name: said for name, said in told.items() if said != [(413, "body_too_large")]} == {}
    assert max(taken.values()) < 20 * MEGABYTE
    assert log.most - base < GROWTH
    refused = [line for line in lines(service) if line.get("status") == 413]
    assert len(refused) >= 3
    record_property(
        "figure",
        "50 MB: " + ", ".join(f"{name} given up after {sent / MEGABYTE:.1f} MiB" for name, sent in taken.items()),
    )


def test_packed_body_is_not_unpacked(service: Service, token: str, base: float, log: Log) -> None:
    bomb = hostile.UNREADABLE["gzip bomb"]
    length = f"Content-Length: {len(bomb)}"

    (coded,) = say(service, log, post("/v1/departments", token, length, "Content-Encoding: gzip") + bomb)
    (plain,) = say(service, log, post("/v1/departments", token, length) + bomb)

    assert (coded.status, coded.code) == (415, "unsupported_media_type")
    assert (plain.status, plain.code) == (400, "unreadable_body")
    assert log.most - base < GROWTH


def test_caller_that_goes_away_costs_nothing(service: Service, token: str, base: float, log: Log) -> None:
    body = b'{"name": "Gone"'
    half = post("/v1/departments", token, "Content-Length: 1000") + body
    whole = post("/v1/scripts/import/preview", token, "Content-Length: 20") + b'{"guide": "# a\\n\\nb"}'

    for number in range(100):
        for words in (half, whole, half[: number + 1]):
            with connect(service) as caller:
                if number % 2:  # A reset in place of an end.
                    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                caller.sendall(words)
    time.sleep(0.5)
    log.most = max(log.most, resident(service.pid))

    made = httpx.get(f"{service.url}/v1/departments", headers={"Authorization": f"Bearer {token}"}).json()["items"]
    assert "Gone" not in {department["name"] for department in made}
    assert [line for line in lines(service) if line["level"] == "error"] == []
    assert log.most - base < GROWTH


def test_corpus_leaves_no_trace_in_memory_and_one_line_each_in_the_log(
    service: Service, token: str, base: float, log: Log, record_property: Told
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sent: Counter[str] = Counter()
    kinds: Counter[int] = Counter()

    with httpx.Client(base_url=service.url, timeout=10) as client:

        def call(method: str, path: str, content: bytes | None = None, more: tuple[str, str] | None = None) -> None:
            given = [(name.encode(), value.encode()) for name, value in [*headers.items(), *([more] if more else [])]]
            answer = client.request(method, path, content=content, headers=given)
            sent[answer.headers["x-request-id"]] += 1
            kinds[answer.status_code] += 1
            log.most = max(log.most, resident(service.pid))

        for path in ("/v1/departments", "/v1/scripts/import/preview", "/v1/invitations/accept"):
            for content in hostile.UNREADABLE.values():
                call("POST", path, content)
            for text in (text for _, text in hostile.texts()):
                call("POST", path, json.dumps({"name": text, "guide": text}).encode())
        for _, text in hostile.texts():
            call("POST", "/v1/scripts/import/preview", json.dumps({"guide": text}).encode())
        for given in hostile.IDS:
            call("GET", f"/v1/scripts/{given[:1_000]}")
            call("GET", f"/errors/{given[:1_000]}")
        for name, value in hostile.HEADERS:
            if value.isprintable() and value.strip() == value and name not in ("Host", "Expect"):
                call("GET", "/v1/departments", None, (name, value))
        call("GET", f"/v1/{hostile.CANARY}%0d%0a%1b[31m{hostile.CANARY}")

    written = Counter(line["request"] for line in lines(service) if line["event"] == "request")
    assert {request: written[request] for request in sent} == dict(sent)
    assert [line for line in lines(service) if line["level"] != "info"] == []
    assert max(kinds) < 500
    assert log.most - base < GROWTH
    assert httpx.get(f"{service.url}/ready").status_code == 200
    answered = ", ".join(f"{status} {count}" for status, count in sorted(kinds.items()))
    record_property(
        "figure",
        f"hostile corpus on a socket: {sum(kinds.values()):,} requests; {answered}; 5xx 0; memory grew by at most"
        f" {log.most - base:.1f} MiB; one line of the log each",
    )


def test_log_holds_nothing_that_was_sent_but_addresses(service: Service, token: str, log: Log) -> None:
    raw = (Path(service.folder) / "errors.txt").read_bytes()
    told = [{name: value for name, value in line.items() if name != "path"} for line in lines(service)]

    assert re.search(rb"[^\x20-\x7e\n]", raw) is None
    assert token not in raw.decode()
    assert hostile.CANARY not in json.dumps(told)
    assert "evil.example" not in json.dumps(told)
    assert {frozenset(line) for line in told if line["event"] == "request"} == {
        frozenset({"method", "status", "ms", "request", "event", "level", "timestamp"})
    }


def test_answers_hold_nothing_that_was_not_asked_for(service: Service, token: str, log: Log) -> None:
    assert len(log.answers) > len(hostile.SHAPES) / 2
    for answer in log.answers:
        assert token not in answer.body.decode() + json.dumps(answer.headers)
        assert (
            re.search(
                r"Traceback|\.py\b|uvicorn|httptools|litestar|Set-Cookie",
                answer.body.decode() + json.dumps(answer.headers),
            )
            is None
        )


def lines(service: Service) -> list[dict[str, Any]]:
    """The log of the service; each line of it is an object."""
    found: list[dict[str, Any]] = []
    for line in (Path(service.folder) / "errors.txt").read_text().splitlines():
        if line.startswith("{"):
            found.append(json.loads(line))
    return found
