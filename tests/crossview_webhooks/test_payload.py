"""A payload holds ids and nothing that a person wrote."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from crossview.plugin import MOMENTS
from crossview.plugin.testing import EXAMPLES, SCRIPT, SESSION
from crossview_webhooks import MomentName
from crossview_webhooks.payload import Moment, WebhookEvent, body, payload_of

ABOUT = {
    "workspace_id": "0193a5c2-0000-7000-8000-000000000003",
    "study_id": "0193a5c2-0000-7000-8000-000000000004",
    "link": "https://crossview.example/v1/scripts/0193a5c2-0000-7000-8000-000000000001",
}
OF_SCRIPT = ABOUT | {"script_id": SCRIPT.id, "version": 1, "sha256": SCRIPT.sha256}
OF_SESSION = ABOUT | {"session_id": SESSION.id}


@pytest.mark.parametrize(
    ("moment", "kind", "data"),
    [
        ("script_finished", "script.finished", OF_SCRIPT),
        ("script_reopened", "script.reopened", OF_SCRIPT),
        ("session_scheduled", "session.scheduled", OF_SESSION | {"sequence": 0}),
        ("session_moved", "session.moved", OF_SESSION | {"sequence": 1}),
        ("session_cancelled", "session.cancelled", OF_SESSION | {"sequence": 1}),
        ("observer_invited", "observer.invited", OF_SESSION | {"sequence": 0, "seat_id": "seat-1"}),
        ("observer_released", "observer.released", OF_SESSION | {"sequence": 0, "seat_id": "seat-1"}),
    ],
)
def test_payload_names_the_moment_and_the_ids(moment: str, kind: str, data: dict[str, Any]) -> None:
    event = EXAMPLES[moment]
    assert isinstance(event, Moment)
    content = body(payload_of(event))
    assert msgspec.json.decode(content) == {"type": kind, "timestamp": "2026-11-22T09:30:00Z", "data": data}
    assert msgspec.json.decode(content, type=WebhookEvent) == payload_of(event)


def test_every_moment_can_be_named_in_the_settings() -> None:
    assert get_args(MomentName) == tuple(MOMENTS)


def test_schema_tells_the_events_apart_by_their_type() -> None:
    schema = msgspec.json.schema(WebhookEvent)
    assert sorted(schema["discriminator"]["mapping"]) == sorted(moment.replace("_", ".") for moment in MOMENTS)


def test_payload_has_no_field_for_content() -> None:
    event = EXAMPLES["script_finished"]
    assert isinstance(event, Moment)
    assert datetime(2026, 11, 22, 9, 30, tzinfo=UTC) == payload_of(event).timestamp
    assert b"Why people leave" not in body(payload_of(event))
