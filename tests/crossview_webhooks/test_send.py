"""Webhooks as a receiver sees them, verified with the public library, and what each answer leads to."""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook, WebhookVerificationError

from crossview.foundation.errors import InvalidInput
from crossview.plugin import Delivery, GiveUp, PluginFailure, Receipt, RetryLater
from crossview.plugin.runner import PluginRunner
from crossview.plugin.testing import EXAMPLES, deliver
from crossview_webhooks.send import pause

OLD = "whsec_" + "A" * 32
NEW = "whsec_" + "B" * 32
DELIVERY = Delivery(id="0193a5c2-delivery", attempt=2, object_id="o1")


class Receiver:
    """A real HTTP server on this machine: keeps what it received, answers what a test wants."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.then: asyncio.Event | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?a=b"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            content = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append((head[0], headers, content))
            writer.write(self.answer)
            await writer.drain()
            if self.then is not None:
                await self.then.wait()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """A receiver that listens, and an operator who allows addresses of this machine."""
    monkeypatch.setenv("CROSSVIEW_WEBHOOKS_ALLOW_PRIVATE", "1")
    kept = Receiver()
    server = await asyncio.start_server(kept.serve, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept


@pytest.fixture
def every_name_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that knows one address."""

    async def getaddrinfo(self: object, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)


async def told(receiver: Receiver, moment: str = "script_finished", **settings: Any) -> Receipt:
    return await deliver(
        "crossview_webhooks",
        moment,
        settings={"url": receiver.url, **settings},
        secrets={"signing_secrets": [NEW, OLD]},
        delivery=DELIVERY,
    )


async def refused(receiver: Receiver, **settings: Any) -> PluginFailure:
    with pytest.raises(PluginFailure) as caught:
        await told(receiver, **settings)
    return caught.value


async def test_webhook_is_signed_by_each_secret_and_verified_by_the_public_library(receiver: Receiver) -> None:
    receipt = await told(receiver)
    ((line, headers, content),) = receiver.requests
    assert line == "POST /hooks?a=b HTTP/1.1"
    assert (headers["content-type"], headers["webhook-id"]) == ("application/json", "0193a5c2-delivery")
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(content, headers)["type"] == "script.finished"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "C" * 32).verify(content, headers)
    assert receipt == Receipt(
        external_id="0193a5c2-delivery",
        address=f"http://127.0.0.1:{receiver.port}",
        content_hash=hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_webhook_of_another_time_is_refused_by_the_public_library(receiver: Receiver, minutes: int) -> None:
    await told(receiver)
    ((_, headers, content),) = receiver.requests
    moved = str(int(headers["webhook-timestamp"]) + minutes * 60)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(content, headers | {"webhook-timestamp": moved})


async def test_moment_that_is_not_wanted_is_not_sent(receiver: Receiver) -> None:
    wanted = ["session_moved", "session_cancelled"]
    assert await told(receiver, moments=wanted) == Receipt(external_id="", address="", content_hash="")
    await told(receiver, "session_moved", moments=wanted)
    assert [b'"session.moved"' in content for _, _, content in receiver.requests] == [True]


@pytest.mark.parametrize(
    ("head", "kind", "reason", "after"),
    [
        ("410 Gone", GiveUp, "gone", None),
        ("400 Bad Request", GiveUp, "the receiver answered 400", None),
        ("404 Not Found", GiveUp, "the receiver answered 404", None),
        ("302 Found\r\nLocation: /", GiveUp, "the receiver answered 302; redirects are not followed", None),
        (
            "308 Permanent Redirect\r\nLocation: /",
            GiveUp,
            "the receiver answered 308; redirects are not followed",
            None,
        ),
        ("429 Too Many\r\nRetry-After: 120", RetryLater, "the receiver answered 429", 120.0),
        ("503 Away\r\nRetry-After: 5", RetryLater, "the receiver answered 503", 5.0),
        ("429 Too Many", RetryLater, "the receiver answered 429", None),
        ("429 Too Many\r\nRetry-After: soon", RetryLater, "the receiver answered 429", None),
        ("500 Oops", RetryLater, "the receiver answered 500", None),
        ("502 Oops\r\nRetry-After: 9", RetryLater, "the receiver answered 502", None),
    ],
)
async def test_answer_decides_what_happens_next(
    receiver: Receiver, head: str, kind: type[PluginFailure], reason: str, after: float | None
) -> None:
    receiver.answer = f"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n".encode()
    failure = await refused(receiver)
    assert (type(failure), failure.reason, failure.retry_after) == (kind, reason, after)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("answer", [b"", b"not HTTP at all\r\n\r\n", b"HTTP/1.1 200"])
async def test_answer_that_is_none_is_tried_again(receiver: Receiver, answer: bytes) -> None:
    receiver.answer = answer
    failure = await refused(receiver)
    assert (type(failure), failure.reason) == (RetryLater, "the answer did not come: RemoteProtocolError")


async def test_answer_is_believed_by_its_status_and_its_body_is_not_read(receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + b"x" * 65536
    receiver.then = asyncio.Event()
    try:
        assert (await told(receiver)).external_id == "0193a5c2-delivery"
    finally:
        receiver.then.set()


async def test_receiver_that_is_away_is_tried_again(receiver: Receiver) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        failure = await refused(receiver, url=f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert (type(failure), failure.reason) == (RetryLater, "the answer did not come: ConnectError")


async def test_receiver_is_asked_by_its_name(receiver: Receiver, every_name_is_this_machine: None) -> None:
    await told(receiver, url=f"http://Hooks.Example:{receiver.port}/")
    assert receiver.requests[0][1]["host"] == f"hooks.example:{receiver.port}"


async def test_certificate_is_asked_for_and_checked_by_name(
    receiver: Receiver, every_name_is_this_machine: None, tmp_path: Path
) -> None:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path, "hooks.example"))
    context.sni_callback = lambda _connection, name, _context: names.append(name)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        failure = await refused(receiver, url=f"https://hooks.example:{server.sockets[0].getsockname()[1]}/")
    assert names == ["hooks.example"]
    assert (type(failure), failure.reason) == (RetryLater, "the answer did not come: ConnectError")
    assert receiver.requests == []


@pytest.mark.parametrize("secret", ["", "A" * 32, "whsec_short", "whsec_" + "!" * 32, "whsec_" + "A" * 400])
async def test_signing_secret_that_is_none_is_refused_without_showing_it(receiver: Receiver, secret: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await deliver(
            "crossview_webhooks",
            "script_finished",
            settings={"url": receiver.url},
            secrets={"signing_secrets": [secret]},
        )
    (fault,) = caught.value.faults
    assert (fault.path, fault.detail) == (
        "$.secrets",
        "a signing secret is `whsec_` and 24 to 64 random bytes in base64",
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("30", 30.0),
        ("-1", None),
        ("1e9", None),
        ("²", None),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2020 10:00:30 GMT", 0.0),
        ("tomorrow", None),
    ],
)
def test_pause_reads_seconds_and_dates(value: str | None, seconds: float | None) -> None:
    assert pause(value, datetime(2026, 11, 22, 10, 0, tzinfo=UTC)) == seconds


async def test_plugin_sends_from_its_own_process(receiver: Receiver) -> None:
    async with PluginRunner() as runner:
        receipt = await runner.call(
            connection_id="c1",
            plugin="webhooks",
            moment="observer_invited",
            event=EXAMPLES["observer_invited"],
            settings={"url": receiver.url},
            secrets={"signing_secrets": [OLD]},
            delivery=DELIVERY,
            environ={"CROSSVIEW_WEBHOOKS_ALLOW_PRIVATE": "1"},
        )
        with pytest.raises(GiveUp, match="the URL must begin with https://"):
            await runner.call(
                connection_id="c1",
                plugin="webhooks",
                moment="observer_invited",
                event=EXAMPLES["observer_invited"],
                settings={"url": receiver.url},
                secrets={"signing_secrets": [OLD]},
                delivery=DELIVERY,
                environ={},
            )
    ((_, headers, content),) = receiver.requests
    assert Webhook(OLD).verify(content, headers)["data"]["seat_id"] == "seat-1"
    assert receipt.external_id == DELIVERY.id


def self_signed(folder: Path, name: str) -> Path:
    """A file with a key and a certificate for the name that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
