"""Generated texts: what is committed is what the code says."""

from pathlib import Path

import msgspec
import pytest
import yaml
from litestar import Litestar

from crossview import contract
from crossview.app import create_litestar

ROOT = Path(__file__).parents[2]


def test_committed_texts_are_what_the_code_says(app: Litestar) -> None:
    committed = {name: (ROOT / name).read_text(encoding="utf-8") for name in contract.texts(app)}

    assert committed == contract.texts(app), "run `crossview generate`"


def test_two_applications_give_the_same_texts(app: Litestar) -> None:
    assert contract.texts(create_litestar(None, lambda: None)) == contract.texts(app)


def test_generating_twice_changes_nothing(app: Litestar, tmp_path: Path) -> None:
    names = list(contract.texts(app))

    assert contract.generate(app, tmp_path, check=False) == names
    assert contract.generate(app, tmp_path, check=True) == []


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_check_names_what_differs_and_leaves_it(app: Litestar, tmp_path: Path, damage: str) -> None:
    contract.generate(app, tmp_path, check=False)
    page = tmp_path / "docs" / "errors.md"
    page.write_text("# Errors\n") if damage == "changed" else page.unlink()

    assert contract.generate(app, tmp_path, check=True) == ["docs/errors.md"]
    assert not page.exists() or page.read_text() == "# Errors\n"


def test_yaml_and_json_are_one_document(app: Litestar) -> None:
    assert yaml.safe_load(contract.openapi_yaml(app)) == msgspec.json.decode(msgspec.json.encode(contract.openapi(app)))


def test_every_reference_in_the_document_leads_somewhere(app: Litestar) -> None:
    document = contract.openapi(app)

    assert [reference for reference in references(document) if not leads(document, reference)] == []


def references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def leads(document: object, reference: str) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if not isinstance(document, dict) or step not in document:
            return False
        document = document[step]
    return True


def test_no_two_operations_share_a_name_and_each_is_summed_up(app: Litestar) -> None:
    described = [operation for methods in contract.openapi(app)["paths"].values() for operation in methods.values()]

    names = [operation["operationId"] for operation in described]
    assert len(set(names)) == len(names) == len(list(contract.operations(app)))
    assert [operation["operationId"] for operation in described if not operation["summary"]] == []


def test_every_tag_is_explained(app: Litestar) -> None:
    document = contract.openapi(app)
    used = {
        tag for methods in document["paths"].values() for operation in methods.values() for tag in operation["tags"]
    }

    assert used == {tag["name"] for tag in document["tags"]}
