"""The moderator's copy of a finished script, whole."""

from decimal import Decimal

from crossview.scripts.document import ItemDocument, Layout, ScriptDocument, SectionDocument
from crossview.scripts.moderator import moderators_copy
from crossview.scripts.seal import LeftOut, Pick, SealedContent

BULLET = Layout(style="bullet")


def content(*sections: SectionDocument, left_out: tuple[LeftOut, ...] = ()) -> SealedContent:
    return SealedContent(ScriptDocument(title="Exports", sections=sections), picks=(), left_out=left_out, settings={})


def test_minutes_reasons_and_asides_stand_where_a_moderator_reads_them() -> None:
    question = ItemDocument(
        kind="question",
        text="What was your last export?",
        minutes=Decimal("2.5"),
        intent="The job behind it",
        department="Sales",
        layout=BULLET,
        items=(ItemDocument(kind="probe", text="And then?", layout=BULLET),),
    )
    wait = ItemDocument(kind="instruction", text="Wait for a spoken yes.", layout=BULLET)
    sealed = content(
        SectionDocument(kind="consent", heading="Your consent", minutes=Decimal(2), items=(wait,)),
        SectionDocument(kind="core", heading="Exports (25 min)", minutes=Decimal(25), items=(question,)),
        left_out=(LeftOut("Who signs?", "Sales", "It was left out: 3 are missing."),),
    )

    assert moderators_copy(sealed, "Version 1") == (
        "# Exports\n"
        "\n"
        "## Your consent (2 min)\n"
        "\n"
        "- *Wait for a spoken yes.*\n"
        "\n"
        "## Exports (25 min)\n"
        "\n"
        "- What was your last export? (2.5 min)\n"
        "  - *Why we ask: The job behind it*\n"
        "  - And then?\n"
        "\n"
        "## Left out, and why\n"
        "\n"
        "- Who signs? (Sales)\n"
        "  - *It was left out: 3 are missing.*\n"
        "\n"
        "## Seal\n"
        "\n"
        "Version 1\n"
    )


def test_guide_of_a_team_comes_back_in_its_own_words() -> None:
    timed = ItemDocument(kind="instruction", text="_Share the screen._", layout=Layout())
    sealed = content(
        SectionDocument(kind="task", heading="Task", minutes=Decimal(5), timing="(About 5 minutes)", items=(timed,))
    )

    assert moderators_copy(sealed, "Version 1") == (
        "# Exports\n\n## Task\n\n(About 5 minutes)\n\n_Share the screen._\n\n## Seal\n\nVersion 1\n"
    )


def test_what_was_bought_last_is_left_out_first() -> None:
    asked = SectionDocument(
        kind="core", heading="Exports", items=(ItemDocument(kind="question", text="One?", layout=BULLET),)
    )
    picks = tuple(
        Pick(f"{text}?", "Sales", minutes, "shares") for text, minutes in (("One", "5"), ("Two", "2.5"), ("Three", "3"))
    )
    sealed = SealedContent(ScriptDocument(title="Exports", sections=(asked,)), picks=picks, left_out=(), settings={})

    assert moderators_copy(sealed, "Version 1") == (
        "# Exports\n\n## Exports\n\n- One?\n\n"
        "## If time runs out, leave out from the top\n\n- Three? (3 min)\n- Two? (2.5 min)\n\n"
        "## Seal\n\nVersion 1\n"
    )
