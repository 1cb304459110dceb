"""Sends one webhook and reads the answer's status. Its body is never read: it could hold or cost anything."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from standardwebhooks import Webhook

from crossview.plugin import Delivery, GiveUp, Receipt, RetryLater
from crossview_webhooks.destination import Policy, addresses_of

LARGEST_BODY: Final = 20_000
"""Bytes; Standard Webhooks asks for payloads under 20 kB."""
LONGEST_WAIT: Final = 20.0
"""Seconds for name resolution, connection, sending and the answer's status together."""
TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
TRY_AGAIN: Final = frozenset({408, 425, 429, 503})


async def send(
    content: bytes, url: httpx.URL, policy: Policy, signing_secrets: Sequence[str], delivery: Delivery
) -> Receipt:
    """Post a payload. Raises `RetryLater` or `GiveUp` as the answer's status or the lack of one demands."""
    if len(content) > LARGEST_BODY:
        raise GiveUp(f"the payload is larger than {LARGEST_BODY} bytes")
    headers = _headers(content, signing_secrets, delivery, datetime.now(UTC))
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            status, retry_after = await _post(content, url, await addresses_of(url, policy), headers)
    except TimeoutError:
        raise RetryLater(None, f"no answer within {LONGEST_WAIT:g} seconds") from None
    except httpx.HTTPError as error:
        raise RetryLater(None, f"the answer did not come: {type(error).__name__}") from None
    _judge(status, retry_after)
    return Receipt(
        external_id=delivery.id,
        address=f"{url.scheme}://{url.netloc.decode('ascii')}",
        content_hash=hashlib.sha256(content).hexdigest(),
    )


def pause(retry_after: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as an HTTP date (RFC 9110, section 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after).astimezone(UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _headers(content: bytes, signing_secrets: Sequence[str], delivery: Delivery, now: datetime) -> dict[str, str]:
    signatures = (Webhook(secret).sign(delivery.id, now, content.decode()) for secret in signing_secrets)
    return {
        "content-type": "application/json",
        "user-agent": "Crossview-Webhooks",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def _post(
    content: bytes, url: httpx.URL, addresses: Sequence[str], headers: dict[str, str]
) -> tuple[int, str | None]:
    """Try the addresses until one takes the connection; what follows on that one counts."""
    # The environment may name a proxy, which would resolve the name a second time.
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        for address in addresses[:-1]:
            try:
                return await _post_to(client, address, content, url, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await _post_to(client, addresses[-1], content, url, headers)


async def _post_to(
    client: httpx.AsyncClient, address: str, content: bytes, url: httpx.URL, headers: dict[str, str]
) -> tuple[int, str | None]:
    name = url.raw_host.decode("ascii")
    async with client.stream(
        "POST",
        url.copy_with(host=address),
        content=content,
        headers={**headers, "host": url.netloc.decode("ascii")},
        # TLS still asks for the name, and checks the certificate against it.
        extensions={"sni_hostname": name},
    ) as response:
        return response.status_code, response.headers.get("retry-after")


def _judge(status: int, retry_after: str | None) -> None:
    if 200 <= status < 300:
        return
    if status == 410:
        raise GiveUp("gone")
    if status in TRY_AGAIN:
        raise RetryLater(pause(retry_after, datetime.now(UTC)), f"the receiver answered {status}")
    if status >= 500:
        raise RetryLater(None, f"the receiver answered {status}")
    if 300 <= status < 400:
        raise GiveUp(f"the receiver answered {status}; redirects are not followed")
    raise GiveUp(f"the receiver answered {status}")
