"""A bank of a test in the service."""

from typing import Any

from tests.people import Person

YAML = """\
title: Month-end interviews
language: en
questions:
- id: monday
  text: What did you do last Monday?
  section: warm_up
  intent: To hear a story.
  minutes: 2.5
- id: next
  text: What happened then?
  previous: monday
"""
PATH = "/v1/banks/month-end"


async def opened(person: Person, namespace: str = "month-end") -> Any:
    """A bank without questions."""
    return await person.made("/v1/banks", {"namespace": namespace, "title": "Month-end"})


async def imported(person: Person, text: str = YAML, namespace: str = "month-end", **more: Any) -> Any:
    """What an import of a YAML file made."""
    return await person.made(f"/v1/banks/{namespace}/import", {"format": "yaml", "text": text, **more})


def outcomes(answer: Any) -> dict[str, str]:
    """What became of each entry, by id."""
    return {one["id"]: one["outcome"] for one in answer["entries"]}


def only(*questions: str) -> str:
    """A file of these questions, `id: text` each."""
    pairs = [question.split(": ", 1) for question in questions]
    return "questions:\n" + "".join(f"- id: {name}\n  text: {text}\n" for name, text in pairs)
