"""Departments of a test and the people in them."""

from tests.people import Person


async def department(owner: Person, name: str) -> str:
    """The id of a new department."""
    made = await owner.made("/v1/departments", {"name": name})
    return str(made["id"])


async def two_departments(owner: Person) -> list[str]:
    """Sales and Support, in the order of their ids."""
    return sorted([await department(owner, "Sales"), await department(owner, "Support")])
