"""Who judges the questions: the rules, and a page of keywords as the bar that anything has to clear."""

import re

from crossview.bank.wording.lint import lint
from crossview.bank.wording.question import Question

KEYWORDS = {
    "leading": r"don't you|wouldn't you|isn't it|agree|right\?|love|enjoy",
    "loaded": r"terrible|horrible|amazing|awful|stupid|great|bad",
    "presumptive": r"why do you|why did you|when did you stop",
    "double_barreled": r" and | or ",
    "multiple_questions": r"\?.+\?",
    "closed": r"^(?:do|does|did|is|are|was|were|have|has|can|could|will|would) ",
    "hypothetical": r"would you|imagine|if we|will you",
    "solution_request": r"should we|feature|ideal|suggest",
    "generalisation": r"usually|typically|generally|normally",
    "jargon": r"\b[A-Z]{3,}\b|leverage|synergy",
    "vague": r"often|regularly|recently|sometimes|a lot",
    "double_negative": r"\bnot\b.+(?:\bun|\bnot\b|\bnever\b)",
    "absolute": r"always|never|every|\ball\b|none",
    "too_complex": r"(?:\S+\s+){25,}",
    "sensitive": r"religion|income|drink|drugs|sex|health|\bvote|age\b",
    "pii": r"name|phone|email|address|birth|passport",
}
"""What somebody writes down in ten minutes who knows the categories."""
_PAGE = {category: re.compile(pattern, re.IGNORECASE) for category, pattern in KEYWORDS.items()}
_PAGE["jargon"] = re.compile(KEYWORDS["jargon"])


def rules(question: Question) -> set[str]:
    """The categories of what the rules find."""
    return {str(finding.category) for finding in lint(question)}


def keywords(question: Question) -> set[str]:
    """The categories whose keywords the text holds."""
    return {category for category, pattern in _PAGE.items() if pattern.search(question.text)}
