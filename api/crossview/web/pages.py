"""The pages, and the two questions that a supervisor asks."""

import asyncio
import html
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.params import PathParameter

from crossview.foundation.errors import NoSuchAddress, Unavailable, catalogue, explanation, template, title
from crossview.foundation.operations import operation

AnyRequest = Request[Any, Any, Any]
Written = Callable[[Any], bytes]

_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FILES = (
    "docs.js",
    "pages.css",
    "favicon.svg",
    "vendor/swagger-ui/swagger-ui.css",
    "vendor/swagger-ui/swagger-ui-bundle.js",
)


class Ready(msgspec.Struct, frozen=True):
    """The service can answer: it has its database, and the database has all migrations."""

    status: str


@get("/live", **operation("live", None))
async def live() -> Ready:
    """Tell that the process runs; asks nothing of anybody."""
    return Ready("alive")


@get("/ready", **operation("ready", None))
async def ready(state: State) -> Ready:
    """Tell that the database answers and is up to date."""
    if not await state.database.is_current():
        raise Unavailable
    return Ready("ready")


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def entrance() -> Response[bytes]:
    """Where a newcomer with a browser lands."""
    return _page(_read("index.html"))


@get("/docs", media_type=MediaType.HTML, include_in_schema=False)
async def api_page() -> Response[bytes]:
    """Every operation, to read and to try."""
    return _page(_read("docs.html"))


@get("/errors", media_type=MediaType.HTML, include_in_schema=False)
async def errors() -> Response[bytes]:
    """Every refusal on one page."""
    return _page(_errors_html().encode())


@get("/errors/{code:str}", media_type=MediaType.HTML, include_in_schema=False)
async def error(code: Annotated[str, PathParameter(max_length=100)]) -> Response[bytes]:
    """One refusal: the address in every problem document's `type`."""
    for refusal in catalogue():
        if refusal.code == code:
            return _page(_html(title(refusal), _refusal_html(refusal)).encode())
    raise NoSuchAddress


@get("/web/{path:path}", include_in_schema=False)
async def file(path: Annotated[str, PathParameter(max_length=200)]) -> Response[bytes]:
    """A script, a style or a picture of these pages, from the list of those that there are."""
    name = path.lstrip("/")
    if name not in _FILES:
        raise NoSuchAddress
    kind = _KINDS[name.rsplit(".", 1)[-1]]
    return Response(_read(name), media_type=kind, headers={**_HEADERS, "Cache-Control": "public, max-age=3600"})


@get("/openapi.json", include_in_schema=False)
async def openapi_json(request: AnyRequest, state: State) -> Response[bytes]:
    """The contract as JSON."""
    written: Written = state.openapi_json
    # Made once, and not by the event loop: it takes about a second.
    body = await asyncio.to_thread(written, request.app)
    return Response(body, media_type="application/json", headers=_HEADERS)


@get("/openapi.yaml", include_in_schema=False)
async def openapi_yaml(request: AnyRequest, state: State) -> Response[bytes]:
    """The contract as YAML."""
    written: Written = state.openapi_yaml
    body = await asyncio.to_thread(written, request.app)
    return Response(body, media_type="application/yaml", headers=_HEADERS)


router = Router(
    path="/",
    tags=["Service"],
    route_handlers=[live, ready, entrance, api_page, errors, error, file, openapi_json, openapi_yaml],
)


@cache
def _read(name: str) -> bytes:
    return (resources.files("crossview.web") / name).read_bytes()


def _page(body: bytes) -> Response[bytes]:
    return Response(body, media_type="text/html; charset=utf-8", headers=_HEADERS)


def _errors_html() -> str:
    return _html(
        "Errors",
        "".join(f'<h2 id="{refusal.code}">{refusal.code}</h2>{_refusal_html(refusal)}' for refusal in catalogue()),
    )


def _refusal_html(refusal: Any) -> str:
    more = explanation(refusal)
    text = f"<p>Status {refusal.status}. {html.escape(template(refusal))}</p>"
    return text + (f"<p>{html.escape(more)}</p>" if more else "")


def _html(heading: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{heading}</title>'
    style = (
        '<link rel="icon" href="/web/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/web/pages.css">'
    )
    return f'<!doctype html><html lang="en"><head>{head}{style}</head><body><main><h1>{heading}</h1>{body}</main></body></html>'
