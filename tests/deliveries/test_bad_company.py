"""The main job beside plugins that fail: the folder gets its files in order, and what was given up can be sent again."""

from collections.abc import AsyncIterator
from importlib.metadata import EntryPoint
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from icalendar import Calendar

from crossview.app import loaders
from crossview.deliveries.deliver import Courier
from crossview.deliveries.turns import Turns
from crossview.foundation.db import Database
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.runner import PluginRunner
from crossview.plugin.secrets import SecretBox
from tests.bench import Bench, set_up
from tests.deliveries.conftest import QUICK, Mailbox, Post
from tests.people import Person
from tests.votes.judging import closed, finish, kept, opened


@pytest.fixture
def plugins(installed: Path) -> PluginRegistry:
    """The plugin for folders as it comes along, and `parcels`."""
    entries = {"files": "crossview_files", "parcels": "parcels"}
    return PluginRegistry.load(None, [EntryPoint(name, value, "crossview") for name, value in entries.items()])


@pytest_asyncio.fixture
async def post(
    owner: Person,
    database: Database,
    plugins: PluginRegistry,
    secret_box: SecretBox,
    dsn: str,
    installed: Path,
    tmp_path: Path,
) -> AsyncIterator[Post]:
    """The post office with the loaders of the service itself."""
    workspace_id = UUID((await owner.seen("/v1/workspace"))["id"])
    async with PluginRunner(search_path=[installed]) as runner:
        courier = Courier(
            database=database,
            plugins=plugins,
            runner=runner,
            secret_box=secret_box,
            loaders=loaders("http://crossview.test"),
            environ={"CROSSVIEW_FILES_ROOT": str(tmp_path / "team")},
            turns=Turns(waiting=4),
            pace=QUICK,
        )
        yield Post(owner, workspace_id, courier, dsn, tmp_path)


async def finished_twice(bench: Bench) -> None:
    """A script that was finished, reopened and finished again, and an interview by its newest version."""
    item = await bench.question(await bench.section(minutes=5), "What was your last export?", minutes=5)
    judging = await opened(bench)
    await kept(bench.sales, item)
    await kept(bench.support, item)
    await closed(bench, judging)
    assert (await finish(bench)).status_code == 201
    await bench.owner.made(f"/v1/scripts/{bench.script['id']}/reopen", {"reason": "The pilot ran over."})
    await closed(bench, await opened(bench))
    assert (await finish(bench)).json()["number"] == 2
    await bench.owner.made(
        f"/v1/studies/{bench.study['id']}/sessions",
        {
            "title": "Interview one",
            "starts_at": "2027-03-01T10:00",
            "zone": "Europe/Ljubljana",
            "minutes": 45,
            "moderator_id": bench.owner.id,
            "script_id": bench.script["id"],
        },
    )


async def test_folder_is_filled_in_order_beside_plugins_that_fail_and_replay_brings_the_rest(
    post: Post, tmp_path: Path
) -> None:
    bench = await set_up(post.owner)
    folder = Mailbox(
        await post.owner.made("/v1/connections", {"plugin": "files", "name": "team folder", "settings": {}}), tmp_path
    )
    flaky = await post.connect("flaky", "fails twice")
    hanging = await post.connect("hanging", "hangs")
    raising = await post.connect("raising", "gives up")
    await finished_twice(bench)

    async with post.worker():
        await post.until("confirmed", "confirmed", "confirmed", "confirmed", connection=folder, seconds=30)
        await post.until("confirmed", "confirmed", connection=flaky, seconds=30)
        await post.until("dead", "held", connection=raising, seconds=30)
        await post.until("dead", "held", connection=hanging, seconds=30)

        [first] = (tmp_path / "team").glob("scripts/*/v1.md")
        second = first.with_name("v2.md").read_text()
        assert "The pilot ran over." in first.read_text()
        assert "# Export interviews" in second
        assert first.with_name("latest.md").read_text() == second
        [interview] = (tmp_path / "team").glob("sessions/*/interview.ics")
        [event] = Calendar.from_ical(interview.read_text()).walk("VEVENT")
        assert str(event["SUMMARY"]) == "Interview one"
        assert flaky.versions(UUID(bench.script["id"])) == [1, 2]

        dead = {
            letter["connection_id"]: letter for letter in (await post.owner.seen("/v1/deliveries?state=dead"))["items"]
        }
        assert dead[raising.id]["reason"] == "the page is gone"
        assert "0.5" in dead[hanging.id]["reason"]

        raising.touch("healed")
        replayed = await post.owner.post(f"/v1/deliveries/{dead[raising.id]['id']}/replay")
        assert replayed.status_code == 200
        await post.until("confirmed", "confirmed", connection=raising, seconds=30)
        assert raising.versions(UUID(bench.script["id"])) == [1, 2]
