"""The pages, and whether the service is alive and ready, without a browser."""

import asyncpg
import httpx
import pytest
import yaml
from litestar import Litestar

from crossview import contract
from crossview.foundation.errors import catalogue


async def test_contract_is_served_as_json_and_as_yaml(api: httpx.AsyncClient, routes: Litestar) -> None:
    as_json, as_yaml = await api.get("/openapi.json"), await api.get("/openapi.yaml")

    assert as_yaml.text == contract.openapi_yaml(routes)
    assert as_json.json() == yaml.safe_load(as_yaml.text)


async def test_every_refusal_has_the_page_that_its_type_names(api: httpx.AsyncClient) -> None:
    for refusal in catalogue():
        page = await api.get(f"/errors/{refusal.code}")
        assert page.status_code == 200, refusal.code
        assert f"Status {refusal.status}." in page.text


@pytest.mark.parametrize("path", ["/errors/no_such_code", "/web/../app.py", "/web/pages.py", "/web/%2e%2e/app.py"])
async def test_nothing_else_is_served(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")


async def test_pages_allow_no_script_from_elsewhere(api: httpx.AsyncClient) -> None:
    for path in ("/", "/docs", "/errors"):
        page = await api.get(path)
        assert page.headers["content-security-policy"].startswith("default-src 'self';"), path
        assert "http://" not in page.text.replace("http://www.w3.org", ""), path


async def test_service_is_alive_and_ready_on_a_migrated_database(api: httpx.AsyncClient) -> None:
    assert (await api.get("/live")).json() == {"status": "alive"}
    assert (await api.get("/ready")).json() == {"status": "ready"}


async def test_service_is_not_ready_on_a_database_that_lacks_a_migration(api: httpx.AsyncClient, dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("delete from crossview.migration where number = 6")
    await connection.close()

    answer = await api.get("/ready")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
