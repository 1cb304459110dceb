"""Examples in the contract: one for each body, and each is taken by its own operation."""

from typing import Any

import msgspec
from litestar import Litestar

from crossview import contract


def bodies(app: Litestar) -> dict[str, tuple[type[msgspec.Struct], Any]]:
    """By operation: the struct of its body and the example."""
    return {
        str(handler.operation_id): (handler.parsed_data_field.annotation, handler.opt["operation"].example)
        for handler in contract.operations(app)
        if handler.parsed_data_field is not None
    }


def test_every_body_has_an_example(app: Litestar) -> None:
    assert [name for name, (_, example) in bodies(app).items() if example is None] == []
    assert len(bodies(app)) > 25


def test_every_example_is_what_its_operation_takes(app: Litestar) -> None:
    for kind, example in bodies(app).values():
        assert isinstance(msgspec.json.decode(msgspec.json.encode(example), type=kind), kind)


def test_operation_without_a_body_has_no_example(app: Litestar) -> None:
    named = {str(handler.operation_id) for handler in contract.operations(app) if handler.opt["operation"].example}

    assert named == set(bodies(app))


def test_example_stands_in_the_document(app: Litestar) -> None:
    described = contract.openapi(app)["paths"]["/v1/departments"]["post"]

    assert described["requestBody"]["content"]["application/json"]["example"] == {"name": "Customer Success"}
