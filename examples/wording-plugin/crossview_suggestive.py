"""German questions that suggest their answer: an example of a plugin that brings a rule and a language."""

import re
from collections.abc import Iterator

from crossview.plugin import Question, WordingFault, WordingRule, hookimpl

SUGGESTING = re.compile(
    r"\b(?:finden sie nicht auch|meinen sie nicht(?: auch)?|stimmen sie (?:mir )?zu|sicherlich|bestimmt|doch wohl)\b"
    r"|(?<=, )(?:oder|nicht wahr|richtig)(?=\s*\?)",
    re.IGNORECASE,
)


@hookimpl
def crossview_wording_rules() -> tuple[WordingRule, ...]:
    return (
        WordingRule(
            code="DE101",
            name="suggestive-question",
            category="leading",
            level="error",
            title="Eine Frage legt ihre Antwort nicht nahe.",
            because="Wer gefragt wird, stimmt gern zu. Dann misst die Frage Höflichkeit, und nicht, was war.",
            languages=("de",),
            bad=("Finden Sie nicht auch, dass der Export langsam ist?", "Das ging schnell, oder?"),
            good=("Erzählen Sie mir vom letzten Export.", "Möchten Sie Tee oder Kaffee?"),
        ),
    )


@hookimpl
def crossview_wording_faults(question: Question) -> Iterator[WordingFault]:
    for found in SUGGESTING.finditer(question.text):
        advice = f"„{found[0]}“ legt die Antwort nahe. Fragen Sie nach dem, was war."
        yield WordingFault("DE101", found.start(), found.end(), advice)
