"""Where a refusal becomes an answer: the exception handlers of the application."""

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.types import ExceptionHandlersMap

from crossview.foundation.errors import (
    MEDIA_TYPE,
    Fault,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NoSuchAddress,
    Refusal,
    UnreadableBody,
    beginning,
    problem,
)

log = structlog.get_logger("crossview")

AnyRequest = Request[Any, Any, Any]


def refused(refusal: Refusal, request: str) -> Response[bytes]:
    """The answer to a refused request with that id."""
    return Response(
        content=problem(refusal, request),
        status_code=refusal.status,
        headers=dict(refusal.headers),
        media_type=MEDIA_TYPE,
    )


def unforeseen(error: Exception, request: str) -> Response[bytes]:
    """The answer to a request with that id that met an error nobody foresaw: the log has it, the answer does not."""
    log.error("unforeseen error", request=request, exc_info=error)
    return refused(InternalError(), request)


def refuse(request: AnyRequest, refusal: Refusal) -> Response[bytes]:
    """The answer to a refused request."""
    return refused(refusal, request_id(request))


def translate(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework refuses, in our words."""
    answer = refuse(request, _refusal(request, error))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def apologise(request: AnyRequest, error: Exception) -> Response[bytes]:
    """The answer to an error that nobody foresaw."""
    return unforeseen(error, request_id(request))


def request_id(request: AnyRequest) -> str:
    """The id that the edge gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


HANDLERS: ExceptionHandlersMap = {Refusal: refuse, HTTPException: translate, Exception: apologise}


def _refusal(request: AnyRequest, error: HTTPException) -> Refusal:
    if isinstance(error, ValidationException):
        faults = tuple(_faults(error))
        summary = faults[0].detail if faults else error.detail
        return InvalidInput(summary=f"{summary} at {faults[0].path}" if faults else summary, faults=faults)
    if isinstance(error, NotFoundException):
        return NoSuchAddress()
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed(method=request.method)
    if error.status_code < 500:
        return UnreadableBody(reason=error.detail)
    log.error("unforeseen error", request=request_id(request), exc_info=error)
    return InternalError()


def _faults(error: ValidationException) -> list[Fault]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [_fault(part) for part in extra if isinstance(part, dict)]


def _fault(part: dict[str, Any]) -> Fault:
    key, message = str(part.get("key", "")), beginning(str(part.get("message", "")))
    if message == "'data'":  # What litestar says when the body is missing altogether.
        return Fault(path="$", detail="Expected a JSON body")
    source = getattr(part.get("source"), "value", part.get("source"))
    if source in ("query", "path", "header", "cookie"):
        return Fault(path=f"{source}.{key}", detail=message)
    inside = key.removeprefix("data")
    return Fault(path="$" + ("" if not inside or inside[0] in "[." else ".") + inside, detail=message)
