"""The pages in a browser: they show what they should, complain about nothing, and ask nobody outside."""

from urllib.parse import urlsplit

from playwright.async_api import Page


def watched(page: Page) -> tuple[list[str], list[str]]:
    """The addresses that a page asks for, and what it complains about, as lists that fill while it is used."""
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return asked, complaints


async def test_api_page_lists_the_operations_without_an_outside_request(page: Page, address: str) -> None:
    asked, complaints = watched(page)

    await page.goto(f"{address}/docs")
    await page.get_by_role("link", name="Votes", exact=True).click()

    await page.get_by_text("Judge an item: keep, drop or pass").first.wait_for()
    outside = [url for url in asked if urlsplit(url).scheme != "data" and not url.startswith(address)]
    assert (outside, complaints) == ([], [])


async def test_operation_is_tried_from_the_api_page(page: Page, address: str) -> None:
    _, complaints = watched(page)
    await page.goto(f"{address}/docs#/Service/live")

    await page.get_by_role("button", name="Execute").click()

    await page.get_by_text('"status": "alive"').first.wait_for()
    assert complaints == []


async def test_entrance_leads_to_the_pages(page: Page, address: str) -> None:
    asked, complaints = watched(page)
    await page.goto(address)

    await page.get_by_role("link", name="Errors").click()
    await page.get_by_role("heading", name="stale_version").wait_for()

    assert page.url == f"{address}/errors"
    assert [url for url in asked if not url.startswith(address)] == []
    assert complaints == []
