"""Scripts in a list: what each says there is what it says by itself, and pages follow each other."""

from crossview.scripts.scripts import Script
from tests.bench import Bench
from tests.people import Person


async def test_script_in_a_list_is_the_script(bench: Bench) -> None:
    await bench.question(await bench.section(), "What did the export do last week?")
    whole = await bench.now()

    listed = await bench.owner.seen("/v1/scripts")

    assert listed == {"items": [{field: whole[field] for field in Script.__struct_fields__}], "next_cursor": None}


async def test_pages_of_scripts_are_the_list(bench: Bench) -> None:
    path = f"/v1/studies/{bench.study['id']}/scripts"
    made = [bench.script["id"], *[(await bench.owner.made(path, {"title": f"Wave {n}"}))["id"] for n in range(4)]]

    first = await bench.owner.seen("/v1/scripts?limit=2")
    second = await bench.owner.seen(f"/v1/scripts?limit=2&cursor={first['next_cursor']}")
    third = await bench.owner.seen(f"/v1/scripts?limit=2&cursor={second['next_cursor']}")
    exact = await bench.owner.seen("/v1/scripts?limit=5")

    pages = [[script["id"] for script in page["items"]] for page in (first, second, third)]
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    assert (third["next_cursor"], exact["next_cursor"]) == (None, None)
    assert [script["id"] for script in exact["items"]] == made[::-1]


async def test_list_holds_the_scripts_of_one_study(bench: Bench) -> None:
    other = await bench.owner.made("/v1/studies", {"title": "Why imports fail"})
    script = await bench.owner.made(f"/v1/studies/{other['id']}/scripts", {"title": "Import interviews"})

    listed = await bench.owner.seen(f"/v1/scripts?study_id={other['id']}")

    assert [one["id"] for one in listed["items"]] == [script["id"]]


async def test_list_without_scripts_is_empty(owner: Person) -> None:
    assert await owner.seen("/v1/scripts") == {"items": [], "next_cursor": None}


async def test_list_holds_what_the_own_department_is_invited_to(bench: Bench) -> None:
    legal = (await bench.owner.made("/v1/departments", {"name": "Legal"}))["id"]
    lawyer = await bench.owner.colleague("Lea Lawyer", "editor", legal)

    assert (await lawyer.seen("/v1/scripts"))["items"] == []
    assert [one["id"] for one in (await bench.sales.seen("/v1/scripts"))["items"]] == [bench.script["id"]]
