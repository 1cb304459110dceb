"""Refusals: one class, one code, one message, one shape on the wire."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator

import httpx
import msgspec
import pytest

import crossview
from crossview.foundation.errors import (
    Fault,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
    StaleVersion,
    UnreadableBody,
    catalogue,
    explanation,
    problem,
    template,
    title,
)


def refusals(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal of the whole package, in every module that it has."""
    for kind in root.__subclasses__():
        yield kind
        yield from refusals(kind)


@pytest.fixture(scope="module", autouse=True)
def _whole_package() -> None:
    for module in pkgutil.walk_packages(crossview.__path__, "crossview."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_problem_document_is_whole() -> None:
    refusal = InvalidInput(summary="a name is missing", faults=(Fault("$.name", "Expected a text"),))

    assert msgspec.json.decode(problem(refusal, "7f")) == {
        "type": "/errors/invalid_input",
        "title": "Invalid input",
        "status": 422,
        "code": "invalid_input",
        "detail": "The input does not fit: a name is missing. `errors` names each place at fault.",
        "instance": "7f",
        "errors": [{"path": "$.name", "detail": "Expected a text"}],
        "summary": "a name is missing",
    }


def test_problem_without_faults_and_request_leaves_them_out() -> None:
    assert msgspec.json.decode(problem(NotAllowed(role="member", permission="open_round"))) == {
        "type": "/errors/not_allowed",
        "title": "Not allowed",
        "status": 403,
        "code": "not_allowed",
        "detail": "The role `member` may not do this (open_round). Ask an owner or administrator of the workspace.",
        "role": "member",
        "permission": "open_round",
    }


def test_values_of_a_refusal_never_hide_its_own_members() -> None:
    refusal = UnreadableBody(reason="it is empty", status=200, code="fine")

    told = msgspec.json.decode(problem(refusal))

    assert (told["status"], told["code"]) == (400, "unreadable_body")


def test_message_that_spans_lines_is_one_line() -> None:
    assert template(StaleVersion) == (
        "Somebody changed this since you read it: it is at version {version} now. "
        "Look at `current` and send your change again with that version in If-Match."
    )


def test_values_in_braces_are_filled_in() -> None:
    refusal = NotFound(thing="study")

    assert refusal.detail == ("There is no study with this id in your workspace, or it is not open to your department.")


def test_missing_value_is_an_error_of_whoever_raises() -> None:
    with pytest.raises(KeyError, match="thing"):
        NotFound()


def test_explanation_is_what_follows_the_message() -> None:
    assert explanation(NotFound) == "An id of another workspace and an id that nobody has get the same answer."
    assert explanation(NotSignedIn) == ""


def test_title_is_the_code_in_words() -> None:
    assert title(StaleVersion) == "Stale version"


def test_no_two_refusals_share_a_code() -> None:
    by_code: dict[str, set[str]] = defaultdict(set)
    for kind in refusals():
        by_code[kind.code].add(f"{kind.__module__}.{kind.__qualname__}")

    assert {code: kinds for code, kinds in by_code.items() if len(kinds) > 1} == {}


def test_every_refusal_has_a_code_of_its_own_a_client_status_and_a_message_with_an_end() -> None:
    odd = {
        kind.__qualname__
        for kind in refusals()
        if "code" not in vars(kind)
        or not (400 <= kind.status < 500 or kind.status in (500, 503))
        or not kind.code.replace("_", "").isalpha()
        or kind.code != kind.code.lower()
        or not template(kind).endswith(".")
    }

    assert odd == set()


def test_catalogue_is_every_refusal_in_the_order_of_codes() -> None:
    assert [kind.code for kind in catalogue()] == sorted({kind.code for kind in refusals()})


async def test_each_code_has_a_page_at_the_address_in_its_type(api: httpx.AsyncClient) -> None:
    pages = {kind.code: await api.get(f"/errors/{kind.code}") for kind in catalogue()}

    assert {code: page.status_code for code, page in pages.items()} == dict.fromkeys(pages, 200)
    assert "it is at version {version} now" in pages["stale_version"].text


async def test_unknown_address_is_a_problem_too(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/nowhere")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/errors/no_such_address",
        "title": "No such address",
        "status": 404,
        "code": "no_such_address",
        "detail": "Nothing is served at this address. The operations are listed at /docs.",
        "instance": answer.headers["x-request-id"],
    }


async def test_wrong_method_names_those_that_are_taken(api: httpx.AsyncClient) -> None:
    answer = await api.delete("/v1/departments")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
