"""What every answer of the API must be, however hostile the request was."""

import re
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import httpx

from tests.documented import Documented

QUICK = 0.25
"""Seconds of processor time, of client and service together, that 99 of 100 requests may take at most."""
PATIENCE = 5.0
"""Seconds on the clock that one request may take at most, on a machine that is busy with other work."""
LONGEST = 2_000
"""Bytes of a refusal, apart from the `current` state that some carry."""
MEMBERS = {"type", "title", "status", "code", "detail", "instance"}
"""What RFC 9457 and docs/errors.md promise of every refusal."""
NEVER_SET = {"set-cookie", "access-control-allow-origin", "location", "server", "x-powered-by"}
"""Headers that would keep something in a browser, lead it elsewhere, open the API to other pages, or name what runs here."""
INTERNALS = re.compile(
    r"Traceback|File \"|\.py\b|/crossview/|site-packages|asyncpg|litestar|msgspec\.|psycopg|<class '|object at 0x"
    r"|violates check|relation \"|syntax error at|SQLSTATE|select .*? from |insert into",
    re.IGNORECASE,
)


@dataclass
class Answers:
    """Looks at each answer; `complaints` has one line for each that is not as it must be."""

    documented: Documented
    token: str
    complaints: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    longest: tuple[float, str] = (0.0, "")

    def look(self, what: str, sent: str, answer: httpx.Response, processor: float, clock: float) -> None:
        """Take one answer in; `what` names the request, `sent` is what the caller put into it."""
        code = "" if answer.status_code < 400 else f" {_problem(answer).get('code', 'without a code')}"
        self.kinds[f"{answer.status_code}{code}"] += 1
        self.seconds.append(processor)
        self.slowest = max(self.slowest, (processor, what))
        self.longest = max(self.longest, (clock, what))
        self.complaints += [f"{what}: {complaint}" for complaint in self._complaints(sent, answer)]

    def expect(self, what: str, expected: bool, answer: httpx.Response) -> None:
        """Complain of an answer that is well-formed and not the one expected."""
        if not expected:
            self.complaints.append(f"{what}: not expected: {answer.status_code} {answer.text[:300]}")

    def verdict(self) -> list[str]:
        """All complaints, and those about the time."""
        found = list(self.complaints)
        if self.p99 > QUICK:
            found.append(f"p99 is {self.p99:.3f} s of processor time")
        if self.longest[0] > PATIENCE:
            found.append(f"{self.longest[1]} took {self.longest[0]:.1f} s")
        return found

    @property
    def p99(self) -> float:
        """Seconds of processor time of the request that is slower than 99 of 100."""
        return quantiles(self.seconds, n=100)[-1]

    def figure(self, what: str) -> str:
        """What was sent and how it was answered, in a line."""
        answered = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.kinds.items()))
        errors = sum(count for kind, count in self.kinds.items() if kind.startswith("5"))
        return (
            f"{what}: {len(self.seconds):,} requests; {answered}; 5xx {errors}; p99 {self.p99 * 1000:.0f} ms, slowest"
            f" {self.slowest[0] * 1000:.0f} ms of processor time ({self.slowest[1]})"
        )

    def _complaints(self, sent: str, answer: httpx.Response) -> list[str]:
        found = []
        if answer.status_code >= 500:
            found.append(f"answered {answer.status_code}")
        elif (undocumented := self.documented.complaint(answer)) is not None:
            found.append(undocumented[:300])
        if self.token in answer.text or any(self.token in value for value in answer.headers.values()):
            found.append("the token comes back")
        if any(control in value for value in answer.headers.values() for control in "\r\n\x00\x1b"):
            found.append("a header holds a control character")
        found += [f"the header {name} is set" for name in sorted(NEVER_SET & answer.headers.keys())]
        if answer.status_code >= 400:
            found += _faults(_problem(answer), sent, answer)
        return found


def _problem(answer: httpx.Response) -> dict[str, Any]:
    if answer.headers.get("content-type") != "application/problem+json":
        return {}
    found: dict[str, Any] = answer.json()
    return found


def _faults(problem: dict[str, Any], sent: str, answer: httpx.Response) -> list[str]:
    """What is wrong with a problem document."""
    if not problem.keys() >= MEMBERS:
        return [f"no problem document: {answer.text[:200]}"]
    found = []
    if problem["type"] != f"/errors/{problem['code']}" or problem["status"] != answer.status_code:
        found.append(f"a problem that contradicts itself: {answer.text[:200]}")
    if problem["instance"] != answer.headers["x-request-id"]:
        found.append("the instance is not the id of the request")
    told = "".join(str(value) for name, value in problem.items() if name != "current")
    if any(internal[0] not in sent for internal in INTERNALS.finditer(told)):
        found.append(f"tells of its inside: {told[:300]}")
    if len(told) > LONGEST:
        found.append(f"says {len(told):,} characters")
    return found
