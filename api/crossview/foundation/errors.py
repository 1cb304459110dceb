"""Refusals: one class, one stable code, one message that says what to do next.

A refusal is raised where it is known and translated once, by `problem`, into the body of RFC 9457
(https://www.rfc-editor.org/rfc/rfc9457).
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

MEDIA_TYPE = "application/problem+json"

TOLD = 200
"""Characters of what a caller sent that a refusal says back at most; an answer is no echo of a megabyte."""
_MISFIT = re.compile(r"(?P<detail>.*?)(?: - at `\$(?P<place>.*)`)?", re.DOTALL)


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong with the input: `path` is a JSON path from `$`, `detail` one sentence."""

    path: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What every refusal looks like on the wire.

    `code` never changes its meaning; `type` is the address of its explanation; `instance` is the id of the request, which
    the log carries too. A refusal may add members of its own, such as `current` when somebody else was faster.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str = ""
    errors: tuple[Fault, ...] = ()


class Refusal(Exception):
    """Something was asked for that cannot be done.

    The first paragraph of a subclass's docstring is its message; names in braces are filled with the keyword arguments,
    which also become members of the problem document. Later paragraphs go to the page of errors only.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, *, faults: tuple[Fault, ...] = (), **values: Any) -> None:
        self.faults = faults
        self.values = values
        super().__init__(template(type(self)).format(**values))

    @property
    def detail(self) -> str:
        """The message with its values filled in."""
        return str(self.args[0])


def template(refusal: type[Refusal]) -> str:
    """The message of a refusal, its values still in braces."""
    return " ".join(inspect.cleandoc(refusal.__doc__ or "").split("\n\n", 1)[0].split())


def explanation(refusal: type[Refusal]) -> str:
    """What the docstring says beyond the message, empty where there is no more to say."""
    _, _, rest = inspect.cleandoc(refusal.__doc__ or "").partition("\n\n")
    return rest


def title(refusal: type[Refusal]) -> str:
    """The code as words: `stale_version` is titled "Stale version"."""
    return refusal.code.replace("_", " ").capitalize()


def catalogue(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal that has been imported, each once, by code."""
    found: dict[str, type[Refusal]] = {}
    open_classes = list(root.__subclasses__())
    while open_classes:
        refusal = open_classes.pop()
        open_classes.extend(refusal.__subclasses__())
        if "code" in vars(refusal):
            found[refusal.code] = refusal
    return iter(found[code] for code in sorted(found))


def problem(refusal: Refusal, instance: str = "") -> bytes:
    """The body of the answer to a refused request, as JSON."""
    kind = type(refusal)
    standard = Problem(
        type=f"/errors/{kind.code}",
        title=title(kind),
        status=kind.status,
        code=kind.code,
        detail=refusal.detail,
        instance=instance,
        errors=refusal.faults,
    )
    return msgspec.json.encode({**refusal.values, **msgspec.to_builtins(standard)})


# --- What any operation may answer --------------------------------------------------------------------------------


class UnreadableBody(Refusal):
    """The body cannot be read: {reason}. Send one JSON value in UTF-8, without NUL, lone surrogates or repeated keys."""

    status = 400
    code = "unreadable_body"


class NotSignedIn(Refusal):
    """No valid token came with this request. Send `Authorization: Bearer cv_...`; a revoked or expired token is refused."""

    status = 401
    code = "not_signed_in"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class NotAllowed(Refusal):
    """The role `{role}` may not do this ({permission}). Ask an owner or administrator of the workspace."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """There is no {thing} with this id in your workspace, or it is not open to your department.

    An id of another workspace and an id that nobody has get the same answer.
    """

    status = 404
    code = "not_found"


class NoSuchAddress(Refusal):
    """Nothing is served at this address. The operations are listed at /docs."""

    status = 404
    code = "no_such_address"


class MethodNotAllowed(Refusal):
    """This address does not take {method}. The header Allow lists what it takes."""

    status = 405
    code = "method_not_allowed"


class UnreadableHead(Refusal):
    """This is no HTTP/1.1 request. Send one, to the address that `crossview serve` prints."""

    status = 400
    code = "unreadable_head"


class HeadTooLong(Refusal):
    """The head of the request has more than {limit} bytes. Leave out headers and parameters that are not needed."""

    status = 431
    code = "head_too_long"


class SlowHead(Refusal):
    """The head of the request did not arrive within {seconds} seconds. Send it again."""

    status = 408
    code = "slow_head"


class TooManyTries(Refusal):
    """Too many requests without a valid token came from your address. Look at your token, wait a minute and try again.

    20 failures a minute are answered with 401, those beyond them with this. A request with a valid token is never refused for
    it.
    """

    status = 429
    code = "too_many_tries"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}


class SlowBody(Refusal):
    """The body did not arrive within {seconds} seconds. Send it again."""

    status = 408
    code = "slow_body"


class StaleVersion(Refusal):
    """Somebody changed this since you read it: it is at version {version} now. Look at `current` and send your change again
    with that version in If-Match."""

    status = 412
    code = "stale_version"


class BodyTooLarge(Refusal):
    """The body is larger than {limit} bytes. Send less at once."""

    status = 413
    code = "body_too_large"


class UnsupportedMediaType(Refusal):
    """The body must be sent as `Content-Type: application/json`, without a Content-Encoding."""

    status = 415
    code = "unsupported_media_type"


class InvalidInput(Refusal):
    """The input does not fit: {summary}. `errors` names each place at fault."""

    status = 422
    code = "invalid_input"


class UnknownReference(Refusal):
    """{path} names a {thing} that is not in your workspace. Take an id from its list."""

    status = 422
    code = "unknown_reference"


class InvalidCursor(Refusal):
    """The cursor is not one that this list gave out. Start again without a cursor."""

    status = 422
    code = "invalid_cursor"


class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key was used before, with another body or another token. Take a new key for a new request."""

    status = 422
    code = "idempotency_key_reused"


class RequestInProgress(Refusal):
    """The first request with this Idempotency-Key is still running. Ask again in a moment."""

    status = 409
    code = "request_in_progress"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class VersionRequired(Refusal):
    """A change needs the version that it is based on. Read the resource and send its ETag as `If-Match`."""

    status = 428
    code = "version_required"


class Unavailable(Refusal):
    """The database cannot answer right now. Nothing was changed; ask again in a few seconds."""

    status = 503
    code = "unavailable"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


class InternalError(Refusal):
    """Something went wrong on our side. Nothing was changed; the log has the reason under this `instance`."""

    status = 500
    code = "internal_error"


# --- What was wrong with the input ---------------------------------------------------------------------------------


def misfit(message: str, root: str = "$") -> InvalidInput:
    """The refusal for what msgspec says of a value that does not fit; `root` is the path of the value itself."""
    found = _MISFIT.fullmatch(message)
    assert found is not None
    fault = Fault(path=f"{root}{found['place'] or ''}", detail=beginning(found["detail"]))
    return InvalidInput(summary=f"{fault.detail} at {fault.path}", faults=(fault,))


def beginning(text: str) -> str:
    """As much of a text as a refusal says back."""
    return text if len(text) <= TOLD else f"{text[:TOLD]}…"
