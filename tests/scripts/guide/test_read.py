import time
from decimal import Decimal

import pytest

from crossview.scripts.document import ItemDocument, Layout, walk
from crossview.scripts.guide.minutes import heading_minutes, lengths
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.read import Note, read_guide

HOSTILE = {
    "brackets": "[" * 100_000,
    "quotes": "> " * 50_000,
    "headings": "# a\n" * 25_000,
    "lists": "".join(" " * (2 * depth) + "- a\n" for depth in range(300)),
    "comments": "<!--\n" * 20_000,
    "emphasis": "*_" * 50_000,
    "cells": "|a" * 20_000 + "\n" + "|-" * 20_000 + "\n",
    "quoted lists": "".join("> " * (line % 5) + "- " * (line % 7) + " a\n" for line in range(8_000)),
}


def kinds(markdown: str) -> list[str]:
    """The kinds of all items, in order."""
    document = read_guide(markdown).document
    return [item.kind for section in document.sections for item in walk(section.items)]


def sections(markdown: str) -> list[tuple[str, str, Decimal | None]]:
    return [(one.kind, one.heading, one.minutes) for one in read_guide(markdown).document.sections]


def test_headings_become_sections_with_kinds_and_minutes() -> None:
    guide = (
        "# Guide\n\n## Welcome (5 min)\n\nHi.\n\n## Consent\n(About 2 minutes)\n\n## Your day - 10-15 min\n\n## Closing"
    )

    assert sections(guide) == [
        ("introduction", "Welcome (5 min)", Decimal(5)),
        ("consent", "Consent", Decimal(2)),
        ("core", "Your day - 10-15 min", Decimal(15)),
        ("wrap_up", "Closing", None),
    ]


def test_what_stands_under_a_team_heading_is_never_spoken() -> None:
    assert kinds("# Guide\n\n## After the session\n\n### Introduction\n\n- Did you upload the recording?") == [
        "instruction"
    ]


def test_a_question_below_a_question_is_a_probe_but_not_below_a_label() -> None:
    guide = "# Guide\n\n## Core\n\n- What happened?\n  - How did it end?\n- **Frustrations:**\n  - What annoys you?"

    assert kinds(guide) == ["question", "probe", "instruction", "question"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Tell me about your last order.", "question"),
        ("*Share the screen.*", "instruction"),
        ("[If they hesitate, wait.]", "instruction"),
        ("Ask the participant whether they have time.", "instruction"),
        ("If so, who decided that?", "probe"),
        ("**Follow-up:** who decided that?", "probe"),
        ("Now I would like to talk about your team.", "transition"),
        ("Thank you for coming.", "statement"),
        ("“We are not testing you.”", "statement"),
        ("Does the participant have any questions?", "instruction"),
        ("Note: skip this when late.", "instruction"),
    ],
)
def test_one_line_in_a_core_section(line: str, kind: str) -> None:
    assert kinds(f"# Guide\n\n## Core\n\n{line}") == [kind]


@pytest.mark.parametrize(
    ("guide", "language", "expected"),
    [
        (
            "# Leitfaden\n\n## Aufgaben\n\nBitte öffnen Sie die Seite und suchen Sie ein Angebot.\n\n*Nicht helfen.*",
            "de",
            ["task", "instruction"],
        ),
        (
            "# Guía\n\n## Desarrollo\n\n- Cuénteme cómo trabaja en el día.\n  - _Sonda:_ ¿Por qué?",
            "es",
            ["question", "probe"],
        ),
        ("# Roteiro\n\n## Perguntas\n\n- Conte como você organiza o trabalho com a equipe.", "pt", ["question"]),
        (
            "# Guide d'entretien\n\n## Votre travail\n\n- Racontez-moi votre dernière vente.\n  - Relance : avec qui ?",
            "fr",
            ["question", "probe"],
        ),
        ("# Intervju\n\n## Delo\n\n- Opišite, kako ste se odločili za to in kaj vam je pomagalo.", "sl", ["question"]),
    ],
)
def test_other_languages_are_told_and_understood(guide: str, language: str, expected: list[str]) -> None:
    assert read_guide(guide).document.language == language
    assert kinds(guide) == expected


def test_the_title_is_the_heading_that_names_the_guide() -> None:
    titles = [
        read_guide(guide).document.title
        for guide in (
            "# Guide\n\n## Intro",
            "## 30 minute interview\n\n### Intro\n\n### Tasks",
            "> # Guide\n\n## Intro",
            "---\ntitle: Guide of the team\n---\n\n## Introduction\n\nHello.",
            '---\ntitle: "[Team, Date]"\n---\n\n## Introduction\n\nHello.',
            "# Pre-work\n\n# Script for partners\n\n# Post-work",
        )
    ]

    assert titles == ["Guide", "30 minute interview", "Guide", "Guide of the team", "", "Script for partners"]


def test_the_length_of_the_session_is_only_taken_where_it_is_stated() -> None:
    lengths_read = [
        read_guide(f"# Interview guide\n\n## Introduction\n\n{text}").document.session_minutes
        for text in (
            "This will take about 45 minutes.",
            "We'd like to keep this to `[duration; for example, 30 minutes]`.",
            "Wait 15 minutes for the participant.",
        )
    ]

    assert lengths_read == [45, None, None]


def test_branches_name_the_section_they_are_an_alternative_of() -> None:
    guide = (
        "# Guide\n\n## Questions: members\n\n## Questions: NOT members\n\n## If they pay\n\n## If they do\n\n## Other"
    )

    assert [one.alternative_of for one in read_guide(guide).document.sections] == [None, 0, None, 2, None]


def test_numbers_boxes_quotes_and_rows_are_kept_as_layout() -> None:
    guide = (
        "# Guide\n\n## Core\n\n7. A?\n- [x] B\n\n> C\n\n| D | E |\n| --- | --- |\n| F | G |\n\n---\n\n~~~ form\nH\n~~~"
    )

    assert [item.layout for item in read_guide(guide).document.sections[0].items] == [
        Layout("ordered", "7."),
        Layout("checked"),
        Layout(quote=1),
        Layout("row", "| --- | --- |"),
        Layout("row"),
        Layout("code", "~~~form", ruled=True),
    ]


def test_text_that_nothing_tells_about_stays_an_instruction_and_is_noted() -> None:
    reading = read_guide("# Guide\n\n## Core\n\nPricing\n\nWhat do you pay?\n\n<!-- draft -->")

    assert reading.notes == (
        Note(
            5,
            "Pricing",
            "Nothing tells whether this is spoken; it is kept as an instruction, so that it is not read aloud.",
        ),
        Note(9, "draft", "This comment is kept as an instruction that no page shows."),
    )
    assert reading.document.sections[0].items[0] == ItemDocument("instruction", "Pricing")


def test_line_ends_and_byte_order_mark_do_not_change_the_document() -> None:
    guide = "# Guide\n\n## Core\n\n- A?\n\t- B?\n"

    assert read_guide("\ufeff" + guide.replace("\n", "\r\n")).document == read_guide(guide).document


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markdown_takes_linear_time(name: str) -> None:
    start = time.process_time()
    read_guide(HOSTILE[name])

    assert time.process_time() - start < 10


def test_minutes_are_found_in_the_forms_people_write() -> None:
    headings = (
        "Intro (5 min)",
        "Setup - 10 minutes",
        "Fragen (25–30 Minuten)",
        "Tasks (optional) (5-10 min)",
        "1.5 hours",
        "2 tasks",
    )

    assert [heading_minutes(one) for one in headings] == [5, 10, 30, 10, 90, None]
    assert lengths("About 45 minutes; [e.g. 30 minutes]; $5 min") == [45]


def test_plain_takes_off_markup_and_leaves_placeholders() -> None:
    text = r"**Ask** [Ann](http://x.org/a_(1)) about `[topic]`, \# of __teams__, ______ and {name} :tada:"

    assert plain(text) == "Ask Ann about [topic], # of teams, ______ and {name} :tada:"
