"""Tells any HTTP server what happened, as Standard Webhooks: signed, thin, and sent to public addresses only.

A payload holds ids and no content (`payload.py`); where it may be sent is decided in `destination.py`.
"""

import base64
import binascii
import os
from typing import Annotated, Literal

import msgspec

from crossview.plugin import (
    Delivery,
    ObserverInvited,
    ObserverReleased,
    PluginCard,
    Receipt,
    ScriptFinished,
    ScriptReopened,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
    hookimpl,
)
from crossview_webhooks.destination import Policy, checked_url
from crossview_webhooks.payload import Moment, WebhookEvent, body, payload_of
from crossview_webhooks.send import send

MomentName = Literal[
    "script_finished",
    "script_reopened",
    "session_scheduled",
    "session_moved",
    "session_cancelled",
    "observer_invited",
    "observer_released",
]

PREFIX = "whsec_"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` receives a POST for each moment in `moments`, or for every moment when there are none."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    moments: tuple[MomentName, ...] = ()


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`signing_secrets` are `whsec_` and 24 to 64 bytes in base64; while one is replaced by another, both sign."""

    signing_secrets: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=4)]

    def __post_init__(self) -> None:
        if not all(map(_is_signing_secret, self.signing_secrets)):
            raise ValueError("a signing secret is `whsec_` and 24 to 64 random bytes in base64")


@hookimpl
def crossview_plugin() -> PluginCard:
    return PluginCard(title="Webhooks", settings=Settings, secrets=Secrets, schemas={"webhook-event": WebhookEvent})


@hookimpl
async def crossview_script_finished(
    event: ScriptFinished, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("script_finished", event, settings, secrets, delivery)


@hookimpl
async def crossview_script_reopened(
    event: ScriptReopened, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("script_reopened", event, settings, secrets, delivery)


@hookimpl
async def crossview_session_scheduled(
    event: SessionScheduled, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("session_scheduled", event, settings, secrets, delivery)


@hookimpl
async def crossview_session_moved(
    event: SessionMoved, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("session_moved", event, settings, secrets, delivery)


@hookimpl
async def crossview_session_cancelled(
    event: SessionCancelled, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("session_cancelled", event, settings, secrets, delivery)


@hookimpl
async def crossview_observer_invited(
    event: ObserverInvited, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("observer_invited", event, settings, secrets, delivery)


@hookimpl
async def crossview_observer_released(
    event: ObserverReleased, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    return await _tell("observer_released", event, settings, secrets, delivery)


async def _tell(moment: MomentName, event: Moment, settings: Settings, secrets: Secrets, delivery: Delivery) -> Receipt:
    policy = Policy.of(os.environ)
    url = checked_url(settings.url, policy)
    if settings.moments and moment not in settings.moments:
        return delivery.receipt or Receipt(external_id="", address="", content_hash="")
    return await send(body(payload_of(event)), url, policy, secrets.signing_secrets, delivery)


def _is_signing_secret(secret: str) -> bool:
    try:
        return (
            secret.startswith(PREFIX) and 24 <= len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) <= 64
        )
    except binascii.Error:
        return False
