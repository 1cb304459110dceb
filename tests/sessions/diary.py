"""A plugin for tests that takes all moments of a session; nothing here ever calls it."""

import msgspec

from crossview.plugin import (
    Delivery,
    ObserverInvited,
    ObserverReleased,
    PluginCard,
    Receipt,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
    hookimpl,
)


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No settings, no secrets."""


RECEIPT = Receipt(external_id="1", address="", content_hash="")


@hookimpl
def crossview_plugin() -> PluginCard:
    return PluginCard(title="Diary", settings=Nothing, secrets=Nothing)


@hookimpl
def crossview_session_scheduled(
    event: SessionScheduled, settings: Nothing, secrets: Nothing, delivery: Delivery
) -> Receipt:
    return RECEIPT


@hookimpl
def crossview_session_moved(event: SessionMoved, settings: Nothing, secrets: Nothing, delivery: Delivery) -> Receipt:
    return RECEIPT


@hookimpl
def crossview_session_cancelled(
    event: SessionCancelled, settings: Nothing, secrets: Nothing, delivery: Delivery
) -> Receipt:
    return RECEIPT


@hookimpl
def crossview_observer_invited(
    event: ObserverInvited, settings: Nothing, secrets: Nothing, delivery: Delivery
) -> Receipt:
    return RECEIPT


@hookimpl
def crossview_observer_released(
    event: ObserverReleased, settings: Nothing, secrets: Nothing, delivery: Delivery
) -> Receipt:
    return RECEIPT
