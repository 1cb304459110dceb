"""Logs: structured lines on standard error. Never content, never an address, never the values of variables."""

import json
import logging
import sys
from typing import Any

import msgspec
import structlog


def configure_logs(style: str, level: int = logging.INFO) -> None:
    """Set logging up for this process; `style` is "json" for machines or "console" for people."""
    plain_traceback = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    renderers: list[Any] = (
        [plain_traceback, structlog.processors.JSONRenderer(serializer=_json)]
        if style == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer)
        if style == "json"
        else structlog.PrintLoggerFactory(sys.stderr),
        # Each request leaves a line: what writes it is put together once. Tests listen in by putting it together anew.
        cache_logger_on_first_use=style == "json",
    )
    # httpx names whole addresses at INFO, and an address may hold somebody's secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _json(event: dict[str, Any], **_: object) -> bytes:
    try:
        return msgspec.json.encode(event, enc_hook=repr)
    except UnicodeEncodeError:  # Half of a surrogate pair, which JSON can only escape.
        return json.dumps(event, default=repr).encode()
