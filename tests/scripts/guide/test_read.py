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


def test_of_several_timed_first_level_headings_none_is_the_title() -> None:
    document = read_guide("# Intro [5 mins]\n\nHi.\n\n# Interview questions [20 mins]\n\nHow are you?").document

    assert (document.title, [one.heading for one in document.sections]) == (
        "",
        ["Intro [5 mins]", "Interview questions [20 mins]"],
    )


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("Total: 45 minutes", 45),
        ("Length - 1 hour", 60),
        ("- **Time:** 60 min\n- **Place:** at the office", 60),
        ("| Session length | 1.5 hours |\n| --- | --- |\n| Place | office |", 90),
        ("**Dauer:** ca. 30-45 Minuten", 45),
        ("A conversation of an hour and a half.", 90),
    ],
)
def test_the_length_of_the_session_is_read_from_the_lines_about_the_guide(line: str, minutes: int) -> None:
    guide = f"# Interview guide\n\n{line}\n\n## Questions\n\nHow do you work?"

    assert read_guide(guide).document.session_minutes == minutes


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("This will take about 45 minutes.", 45),
        ("Thank you for giving us half an hour of your time.", 30),
        ("We'd like to keep this to `[duration; for example, 30 minutes]`.", None),
        ("Wait 15 minutes for the participant.", None),
    ],
)
def test_the_length_of_the_session_is_only_taken_where_it_is_stated(line: str, minutes: int | None) -> None:
    guide = f"# Interview guide\n\n## Introduction\n\n{line}\n\n## Questions\n\nHow do you work?"

    assert read_guide(guide).document.session_minutes == minutes


def test_no_length_shorter_than_a_section_is_that_of_the_session() -> None:
    guide = "# Guide\n\nThe introduction takes 5 minutes.\n\n## Introduction (5 min)\n\n## Questions (20 min)"

    assert read_guide(guide).document.session_minutes is None


def test_bold_lines_are_headings_in_a_guide_that_has_no_others() -> None:
    guide = "# Guide\n\n**Warm up (5 min)**\n\n- What do you do?\n\n**2. Exports**\n\n**Stop.**\n\nWhy do you export?\n"
    document = read_guide(guide).document

    assert [(one.kind, one.heading, one.minutes) for one in document.sections] == [
        ("warm_up", "**Warm up (5 min)**", Decimal(5)),
        ("core", "**2. Exports**", None),
    ]
    assert kinds(guide) == ["question", "instruction", "question"]


def test_a_bold_line_stays_an_item_below_real_headings() -> None:
    assert kinds("# Guide\n\n## A\n\n**Share the screen**\n\n## B\n\n**Stop sharing**\n\n## C") == ["instruction"] * 2


def test_what_is_watched_for_is_not_asked() -> None:
    guide = (
        "# Guide\n\n## Core\n\n- What would you do next?\n\nWatch for:\n\n- Do you see them hesitate?\n- Is it clear?"
    )

    assert kinds(guide) == ["question", "instruction", "instruction", "instruction"]


def test_a_named_speaker_speaks_and_a_note_does_not() -> None:
    guide = "# Guide\n\n## Core\n\nMODERATOR: What do you think of it?\n\nMODERATOR: Ask the participant to read it."

    assert kinds(guide) == ["question", "instruction"]


def test_of_a_table_only_the_column_that_is_asked_is_spoken() -> None:
    asked = "# Guide\n\n## Core\n\n| No. | Question | Aim |\n|---|---|---|\n| 1 | What do you export? | Do they pay? |"
    looked_at = "# Guide\n\n## Core\n\n| Phase | Tasks | Time |\n|---|---|---|\n| 1 | Open it | 5 min |"

    assert (kinds(asked), kinds(looked_at)) == (["instruction", "question"], ["instruction", "instruction"])


def test_a_list_below_a_paragraph_that_asks_goes_deeper() -> None:
    assert kinds("# Guide\n\n## Core\n\nHow do you export?\n\n- How often do you?\n- Where to?") == [
        "question",
        "probe",
        "probe",
    ]


def test_a_team_heading_yields_to_a_section_that_asks_the_participant() -> None:
    guide = (
        "# Guide\n\n## Intro\n\nHi.\n\n## Checking our hypotheses (8 min)\n\n- How often do you export?\n- Why do you?"
    )

    assert [kind for kind, _, _ in sections(guide)] == ["introduction", "core"]


def test_opening_and_close_are_found_by_what_is_said_in_them() -> None:
    guide = (
        "# Guide\n\n## One\n\nHello, I am Ann. May I record this?\n\n## Two\n\nHow do you work?\n\n"
        "## Three\n\nIs there anything else you want to say?\n\n## Four\n\n- Send the notes."
    )

    assert [kind for kind, _, _ in sections(guide)] == ["introduction", "core", "wrap_up", "logistics"]


def test_a_block_quote_without_marks_is_a_note_where_others_quote() -> None:
    guide = '# Guide\n\n## Core\n\n> "We are glad that you came."\n\nHow do you work?\n\n> Their pain is what you want.'

    assert kinds(guide) == ["statement", "question", "instruction"]


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
