"""The shape of one language's words."""

import msgspec

from crossview.scripts.document import SectionKind


class Lexicon(msgspec.Struct, frozen=True):
    """Lower-case words and phrases; a phrase ending in `*` stands for every word that begins so.

    `common` are frequent small words, by which the language is told. `sections` are the cues of headings. `before` and
    `after` name what happens without the participant. The labels stand before a colon: what follows is a `probe_label`
    (asked to go deeper), a `note_label` (for the team), a `say_label`, `ask_label` or `task_label` (spoken).
    `ask_me` opens a request that is answered in words, `do_this` one that is answered by doing, `moderator_verbs` an order
    to the moderator. `you` and `me` are the participant spoken to and the speaker; `they` are people spoken about, of
    whom `roles` can only be the participant or the team. `courtesy` opens or closes a conversation, `turn` leads to its
    next part, `condition` opens a condition, `branch` one that hangs on the last answer, `closing` is said towards the
    end, `asking` and `telling` are what an order to ask or to tell speaks of, `question_words` open a question that
    lacks its mark. `title` stands in the name of a guide, `negation` tells a branch from its counterpart. `watching`
    names what the team looks out for, `voice_label` a speaker, whose line is speech or an order, and `staff` the people
    of the team. `hands_on` opens something to do with a thing shown; `assurance` is what participants are told to set
    them at ease. The length of a session stands behind a `length_label`, or beside a word of `duration`, of `session`
    or a `roughly`; `spelled` gives lengths in words, in minutes.
    """

    common: tuple[str, ...]
    minutes: tuple[str, ...]
    hours: tuple[str, ...]
    sections: dict[SectionKind, tuple[str, ...]]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    probe_label: tuple[str, ...] = ()
    note_label: tuple[str, ...] = ()
    say_label: tuple[str, ...] = ()
    ask_label: tuple[str, ...] = ()
    task_label: tuple[str, ...] = ()
    ask_me: tuple[str, ...] = ()
    do_this: tuple[str, ...] = ()
    moderator_verbs: tuple[str, ...] = ()
    you: tuple[str, ...] = ()
    me: tuple[str, ...] = ()
    they: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    courtesy: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    question_words: tuple[str, ...] = ()
    duration: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    negation: tuple[str, ...] = ()
    watching: tuple[str, ...] = ()
    voice_label: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    length_label: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    hands_on: tuple[str, ...] = ()
    assurance: tuple[str, ...] = ()
    roughly: tuple[str, ...] = ()
    spelled: dict[str, int] = {}
