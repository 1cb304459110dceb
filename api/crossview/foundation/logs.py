"""Logs: structured lines on standard error. Never content, never an address, never the values of variables."""

import logging
import sys
from typing import Any

import structlog


def configure_logs(style: str, level: int = logging.INFO) -> None:
    """Set logging up for this process; `style` is "json" for machines or "console" for people."""
    plain_traceback = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    renderers: list[Any] = (
        [plain_traceback, structlog.processors.JSONRenderer()]
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
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # httpx names whole addresses at INFO, and an address may hold somebody's secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
