"""No webhook reaches this machine, its neighbours or the services of its cloud, by whatever name or form."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crossview.plugin import GiveUp, PluginFailure, RetryLater
from crossview.plugin.testing import deliver
from crossview_webhooks.destination import Policy, addresses_of, checked_url, is_public

SECRETS = {"signing_secrets": ["whsec_" + "A" * 32]}

Answers = Callable[..., None]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Have names resolve to the given addresses, one list for each time they are asked for."""

    def answers(*lists: list[str] | Exception) -> None:
        left = list(lists)

        async def getaddrinfo(self: object, host: str, *_: Any, **__: Any) -> list[Any]:
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in answer]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    return answers


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "not an address",
    ],
)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_address_is_taken(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "the URL must begin with https://"),
        ("ftp://example.org/", "the URL must begin with https://"),
        ("file:///etc/passwd", "the URL must begin with https://"),
        ("example.org", "the URL must begin with https://"),
        ("https:///path", "the URL names no host"),
        ("https://user@example.org/", "the URL must not hold a user name or password"),
        ("https://user:pass@example.org/", "the URL must not hold a user name or password"),
        ("https://example.org@127.0.0.1/", "the URL must not hold a user name or password"),
        ("https://api.crossview.example/", "the operator does not allow this host"),
        ("https://API.Crossview.Example./", "the operator does not allow this host"),
        ("https://exa\nmple.org/", "the URL cannot be read"),
        ("https://example.org:99999/", "the URL cannot be read"),
        ("https://0177.0.0.1/", "the URL cannot be read"),
        ("https://[::1/", "the URL cannot be read"),
    ],
)
def test_url_is_refused_before_anything_is_asked(url: str, reason: str) -> None:
    policy = Policy.of({"CROSSVIEW_WEBHOOKS_REFUSED_HOSTS": "api.crossview.example, other.example"})
    with pytest.raises(GiveUp) as caught:
        checked_url(url, policy)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1:8443/",
    ],
)
async def test_every_way_to_write_a_private_address_is_refused(url: str) -> None:
    with pytest.raises(PluginFailure) as caught:
        await deliver("crossview_webhooks", "script_finished", settings={"url": url}, secrets=SECRETS)
    assert caught.value.reason == "the host of the URL has an address that is not public"


async def test_name_with_one_private_address_is_refused(resolver: Answers) -> None:
    resolver(["93.184.215.14", "10.0.0.1"])
    with pytest.raises(GiveUp):
        await addresses_of(httpx.URL("https://mixed.example/"), Policy())


@pytest.mark.parametrize("answer", [socket.gaierror(-2, "unknown"), UnicodeError("label too long"), []])
async def test_name_that_cannot_be_resolved_is_refused_for_now(
    resolver: Answers, answer: list[str] | Exception
) -> None:
    resolver(answer)
    with pytest.raises(RetryLater):
        await addresses_of(httpx.URL("https://unknown.example/"), Policy())


async def test_name_is_resolved_once_and_the_checked_address_is_connected_to(
    resolver: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver(["93.184.215.14", "93.184.215.15"])
    connected: list[str] = []

    async def connect(self: object, host: str, *_: Any, **__: Any) -> Any:
        connected.append(host)
        raise httpx.ConnectError("no network in this test")

    monkeypatch.setattr("httpcore._backends.auto.AutoBackend.connect_tcp", connect)
    with pytest.raises(RetryLater) as caught:
        await deliver(
            "crossview_webhooks",
            "script_finished",
            settings={"url": "https://rebinding.example/"},
            secrets=SECRETS,
        )
    # A second resolution would find no list left and fail otherwise.
    assert connected == ["93.184.215.14", "93.184.215.15"]
    assert caught.value.reason == "the answer did not come: ConnectError"
