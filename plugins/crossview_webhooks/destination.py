"""Where a webhook may go: to public addresses over TLS, and to the very address that was checked.

A name is resolved once, its addresses are checked, and the connection is made to one of them, so that a name which
answers differently the second time gains nothing.
"""

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx
import msgspec

from crossview.plugin import GiveUp, RetryLater

NAT64: Final = IPv6Network("64:ff9b::/96")
IPV6_PUBLIC: Final = IPv6Network("2000::/3")
"""The part of IPv6 from which public addresses are given out."""
# The `ipaddress` of older Pythons takes most of the first for public; one address in it is a cloud's metadata service.
# The second is a cloud's own service under an address that looks like any other.
NOT_PUBLIC: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))
MOST_ADDRESSES: Final = 4


class Policy(msgspec.Struct, frozen=True):
    """What the operator allows. `refused_hosts` are names of the operator's own services, in lower case."""

    allow_private: bool = False
    refused_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Policy":
        """CROSSVIEW_WEBHOOKS_ALLOW_PRIVATE=1 allows plain HTTP and every address; CROSSVIEW_WEBHOOKS_REFUSED_HOSTS
        lists host names, separated by commas."""
        refused = environ.get("CROSSVIEW_WEBHOOKS_REFUSED_HOSTS", "").lower().split(",")
        return cls(
            allow_private=environ.get("CROSSVIEW_WEBHOOKS_ALLOW_PRIVATE") == "1",
            refused_hosts=frozenset(name.strip().rstrip(".") for name in refused if name.strip()),
        )


def checked_url(text: str, policy: Policy) -> httpx.URL:
    """The address as the client will understand it. Raises `GiveUp` for one that is refused whatever it resolves to."""
    try:
        url = httpx.URL(text)
        readable = 0 < (url.port or 443) < 65536
    except httpx.InvalidURL:
        readable = False
    if not readable:
        raise GiveUp("the URL cannot be read")
    if url.scheme != "https" and not (policy.allow_private and url.scheme == "http"):
        raise GiveUp("the URL must begin with https://")
    if url.userinfo:
        raise GiveUp("the URL must not hold a user name or password")
    if not url.host:
        raise GiveUp("the URL names no host")
    if url.raw_host.decode("ascii").lower().rstrip(".") in policy.refused_hosts:
        raise GiveUp("the operator does not allow this host")
    return url


async def addresses_of(url: httpx.URL, policy: Policy) -> list[str]:
    """The addresses of the URL's host, each of which may be connected to.

    Raises `GiveUp` when any of them is not public, `RetryLater` when the host cannot be resolved.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.raw_host.decode("ascii"), None, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError):
        raise RetryLater(None, "the host of the URL cannot be resolved") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise RetryLater(None, "the host of the URL has no address")
    if not policy.allow_private and not all(map(is_public, addresses)):
        raise GiveUp("the host of the URL has an address that is not public")
    return addresses[:MOST_ADDRESSES]


def is_public(address: str) -> bool:
    """Whether an address, with every form that wraps another one unwrapped, belongs to the public internet."""
    try:
        plain = _unwrapped(ip_address(address))
    except ValueError:
        return False
    if isinstance(plain, IPv6Address):
        return plain.is_global and not plain.is_multicast and plain in IPV6_PUBLIC
    return (
        plain.is_global
        and not plain.is_multicast
        and not plain.is_reserved
        and not any(plain in network for network in NOT_PUBLIC)
    )


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is not None:
        return wrapped
    # A Teredo address names two hosts, of which the client is the one that would be reached.
    return address.teredo[1] if address.teredo is not None else address
