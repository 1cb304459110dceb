"""Comments on scripts and items."""

from tests.bench import Bench
from tests.people import Person


async def test_comments_come_back_in_order(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What happened?")
    path = f"/v1/scripts/{bench.script['id']}/comments"

    first = await bench.sales.made(path, {"text": "Too long?"})
    second = await bench.support.made(path, {"text": "Ask when, too.", "item_id": item["id"]})

    assert (await bench.owner.seen(path))["items"] == [first, second]
    assert (second["item_id"], second["author_id"], second["resolved_at"]) == (item["id"], bench.support.id, None)


async def test_comment_survives_the_item_it_was_about(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What happened?")
    path = f"/v1/scripts/{bench.script['id']}/comments"
    await bench.sales.made(path, {"text": "Ask when, too.", "item_id": item["id"]})

    await bench.owner.delete(f"/v1/items/{item['id']}", item["version"])

    assert [(row["text"], row["item_id"]) for row in (await bench.owner.seen(path))["items"]] == [
        ("Ask when, too.", None)
    ]


async def test_anybody_resolves_but_only_the_author_rewords(bench: Bench) -> None:
    made = await bench.sales.made(f"/v1/scripts/{bench.script['id']}/comments", {"text": "Too long?"})
    path = f"/v1/comments/{made['id']}"

    refused = await bench.support.patch(path, {"text": "Too short?"}, 1)
    resolved = await bench.support.patch(path, {"resolved": True}, 1)
    reworded = await bench.sales.patch(path, {"text": "Much too long?", "resolved": False}, 2)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_comment")
    assert resolved.json()["resolved_at"] is not None
    assert (reworded.json()["text"], reworded.json()["resolved_at"]) == ("Much too long?", None)


async def test_comment_on_an_item_of_another_script_is_refused(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What happened?")
    other = await bench.owner.made(f"/v1/studies/{bench.study['id']}/scripts", {"title": "Another"})

    answer = await bench.owner.post(f"/v1/scripts/{other['id']}/comments", {"text": "Here?", "item_id": item["id"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")


async def test_comments_of_another_workspace_look_like_none(bench: Bench, stranger: Person) -> None:
    made = await bench.sales.made(f"/v1/scripts/{bench.script['id']}/comments", {"text": "Too long?"})

    listed = await stranger.get(f"/v1/scripts/{bench.script['id']}/comments")
    changed = await stranger.patch(f"/v1/comments/{made['id']}", {"resolved": True}, 1)

    assert [answer.json()["code"] for answer in (listed, changed)] == ["not_found", "not_found"]
