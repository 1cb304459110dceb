"""Plugins that bring rules of wording: asked in a process of their own, in time, and never at the cost of anybody else."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from crossview.bank.linting import installed
from crossview.bank.wording.findings import Category
from crossview.bank.wording.question import Question as Linted
from crossview.plugin import hookspecs
from crossview.plugin.proofreader import Away, Patience, Proofreader
from crossview.plugin.wording import Question, WordingFault, WordingRule

HEAD = """
import os, sys, time
from crossview.plugin import WordingFault, WordingRule, hookimpl

def rule(code="ZZ101", **fields):
    return WordingRule(code=code, name="a-name", category="leading", level="error", title="A title.", **fields)
"""
RULES = """
@hookimpl
def crossview_wording_rules():
    return [rule()]
"""
FAULTS = """
@hookimpl
def crossview_wording_faults(question):
    if "bad" in question.text:
        start = question.text.index("bad")
        return [WordingFault("ZZ101", start, start + 3, "Say it better.")]
"""
FOUND = (WordingFault("ZZ101", 5, 8, "Say it better."),)
QUICK = Patience(load=10.0, batch=0.5, rest=60.0)

Reads = Callable[..., Proofreader]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    """Install a plugin of this source, and who reads with it."""
    opened: list[Proofreader] = []

    def make(source: str, patience: Patience = QUICK, name: str = "strict") -> Proofreader:
        folder = tmp_path / name
        record = folder / f"{name}-1.0.dist-info"
        record.mkdir(parents=True)
        (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (record / "entry_points.txt").write_text(f"[crossview.wording]\n{name} = {name}_plugin\n")
        (folder / f"{name}_plugin.py").write_text(source)
        monkeypatch.syspath_prepend(str(folder))
        opened.append(Proofreader(name, patience))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def failing(body: str) -> str:
    """A plugin whose hook does this with a question that says so."""
    return HEAD + RULES + f"\n@hookimpl\ndef crossview_wording_faults(question):\n    {body}\n"


def test_plugin_says_its_rules_and_reads_questions_in_their_order(reader: Reads) -> None:
    strict = reader(HEAD + RULES + FAULTS)

    assert strict.rules() == (
        WordingRule(code="ZZ101", name="a-name", category="leading", level="error", title="A title."),
    )
    assert list(strict.read([Question("It's bad."), Question("Fine?"), Question("It's bad.")])) == [FOUND, (), FOUND]


def test_plugin_is_given_the_question_with_its_surroundings(reader: Reads) -> None:
    asked = Question(
        "What?",
        "survey",
        "task",
        "Before?",
        ("a", "b"),
        "en-GB",
        frozenset({"term"}),
        "You may skip this.",
        "Consented.",
    )
    echo = reader(failing('return [WordingFault("ZZ101", 0, 0, repr(question))]'))

    assert list(echo.read([asked])) == [(WordingFault("ZZ101", 0, 0, repr(asked)),)]


def test_more_questions_than_one_batch_are_all_read(reader: Reads) -> None:
    strict = reader(HEAD + RULES + FAULTS)

    answers = list(strict.read([Question("It's bad.") if number % 2 else Question("Fine?") for number in range(173)]))

    assert answers == [FOUND if number % 2 else () for number in range(173)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('raise ValueError("on\\npurpose")', "ValueError: on purpose"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return 7", "TypeError: 'int' object is not iterable"),
        ('return ["a text"]', "it answers something that is no WordingFault"),
        ('return [WordingFault("ZZ101", 0, 99, "Beyond.")]', "it finds fault with a place that the text has not"),
        ('return [WordingFault("ZZ101", 3, 1, "Backwards.")]', "it finds fault with a place that the text has not"),
        (
            'return [WordingFault("ZZ101", "0", 1, "A text.")]',
            "ValidationError: Expected `int`, got `str` - at `$[0].start`",
        ),
        (
            'return [WordingFault("ZZ101", 0, 1, "")]',
            "ValidationError: Expected `str` of length >= 1 - at `$[0].message`",
        ),
        ('return (WordingFault("ZZ101", 0, 1, "Again.") for _ in iter(int, 1))', "it finds more than 50 faults"),
        ("return open", "TypeError: 'builtin_function_or_method' object is not iterable"),
    ],
)
def test_question_that_a_plugin_cannot_read_costs_that_question_alone(reader: Reads, body: str, reason: str) -> None:
    strict = reader(
        HEAD
        + RULES
        + f"\n@hookimpl\ndef crossview_wording_faults(question):\n    if 'odd' in question.text:\n        {body}\n"
    )

    assert list(strict.read([Question("fine?"), Question("odd?"), Question("fine?")])) == [(), reason, ()]
    assert list(strict.read([Question("fine?")])) == [()]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("time.sleep(60)", "it did not answer within 0.5 seconds"),
        ("while True: pass", "it did not answer within 0.5 seconds"),
        ('import re; re.match("(a+)+$", "a" * 60 + "b")', "it did not answer within 0.5 seconds"),
        ("os._exit(0)", "its process has ended"),
        ("os.kill(os.getpid(), 9)", "its process has ended"),
        ("return bytes(10**9)", "MemoryError"),
    ],
)
def test_plugin_that_does_not_answer_is_left_out_in_time(reader: Reads, body: str, reason: str) -> None:
    strict = reader(failing(body), msgspec.structs.replace(QUICK, memory=256 * 1024 * 1024))
    begun = time.monotonic()

    answers = list(strict.read([Question(f"Number {number}?") for number in range(20)]))

    assert answers == [reason] * 20
    assert time.monotonic() - begun < 5


def test_plugin_that_failed_rests_and_is_asked_again_afterwards(reader: Reads, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    body = f"\n    if not os.path.exists({str(mark)!r}):\n        time.sleep(60)\n    return []"
    strict = reader(failing(body), Patience(batch=0.3, rest=1.0))

    first = list(strict.read([Question("What?")]))
    mark.touch()
    begun = time.monotonic()
    resting = list(strict.read([Question("What?")]))
    waited = time.monotonic() - begun
    time.sleep(1.1)

    assert first == resting == ["it did not answer within 0.3 seconds"]
    assert waited < 0.2
    assert list(strict.read([Question("What?")])) == [()]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "import nowhere_to_be_found",
            "it cannot be loaded: ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        ),
        ("raise SystemExit(3)", "it cannot be loaded: SystemExit: 3"),
        (HEAD + RULES, "it cannot be loaded: Unusable: crossview_wording_faults is missing"),
        (
            HEAD + FAULTS,
            "it cannot be loaded: Unusable: crossview_wording_rules is missing or names no WordingRule",
        ),
        (
            HEAD + RULES.replace("[rule()]", "[]") + FAULTS,
            "it cannot be loaded: Unusable: crossview_wording_rules is missing or names no WordingRule",
        ),
        (
            HEAD + RULES.replace("rule()", 'rule("CV101")') + FAULTS,
            "it cannot be loaded: Unusable: its codes begin with CV; a plugin has one prefix, and CV is not free",
        ),
        (
            HEAD + RULES.replace("rule()", 'rule("AA101"), rule("BB101")') + FAULTS,
            "it cannot be loaded: Unusable: its codes begin with AA, BB; a plugin has one prefix, and CV is not free",
        ),
        (
            HEAD + RULES.replace("rule()", "rule(), rule()") + FAULTS,
            "it cannot be loaded: Unusable: two of its rules have the same code",
        ),
        (
            HEAD + RULES.replace("rule()", 'rule("zz1")') + FAULTS,
            "it cannot be loaded: ValidationError: Expected `str` matching regex '^[A-Z]{2,8}[0-9]{3}\\\\Z' - at `$[0].code`",
        ),
        (
            HEAD + RULES + FAULTS + "\n@hookimpl\ndef crossview_wording_fauls(question): ...\n",
            "it cannot be loaded: PluginValidationError: unknown hook 'crossview_wording_fauls' in plugin",
        ),
        ("import time; time.sleep(60)", "it did not answer within 1 seconds"),
    ],
)
def test_plugin_that_cannot_be_loaded_is_away_and_says_why(reader: Reads, source: str, reason: str) -> None:
    strict = reader(source, Patience(load=1.0 if "sleep" in source else 10.0))

    with pytest.raises(Away) as away:
        strict.rules()

    assert str(away.value).startswith(reason)
    assert [str(answer)[: len(reason)] for answer in strict.read([Question("What?")])] == [reason]


def test_plugin_finds_no_secret_in_its_environment(reader: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSVIEW_DATABASE_URL", "postgresql://secret")
    strict = reader(failing('return [WordingFault("ZZ101", 0, 0, " ".join(sorted(os.environ)))]'))

    (answer,) = strict.read([Question("What?")])

    assert not isinstance(answer, str)
    assert set(answer[0].message.split()) <= {"PATH", "LANG", "TZ", "LC_CTYPE"}


def test_plugin_that_prints_and_reads_disturbs_nobody(reader: Reads, capfd: pytest.CaptureFixture[str]) -> None:
    strict = reader(failing("print('loud', flush=True); sys.stderr.write('louder'); sys.stdin.read(); return []"))

    assert list(strict.read([Question("What?")])) == [()]
    assert capfd.readouterr() == ("", "")


def test_nothing_of_a_plugin_is_left_when_it_is_closed(reader: Reads, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers"
    body = (
        f"import subprocess; child = subprocess.Popen(['sleep', '600'])\n"
        f"    open({str(numbers)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}'); return []"
    )
    strict = reader(failing(body))
    list(strict.read([Question("What?")]))

    with closing(strict):
        started = [int(number) for number in numbers.read_text().split()]

    deadline = time.monotonic() + 5
    while any(map(runs, started)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [number for number in started if runs(number)] == []


def runs(number: int) -> bool:
    """Whether a process is there and not only waits to be reaped."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_rule_reads_its_languages_and_what_nobody_named_as_english() -> None:
    rule = WordingRule(
        code="ZZ101", name="a-name", category="leading", level="info", title="A title.", languages=("de", "en")
    )

    assert [rule.reads(language) for language in ("de", "de-CH", "DE", "en", None, "fr", "mix")] == [
        True, True, True, True, True, False, False,
    ]  # fmt: skip


def test_question_of_a_plugin_is_the_question_of_the_linter() -> None:
    def fields(kind: type[msgspec.Struct]) -> list[tuple[str, object]]:
        return [(field.name, field.default) for field in msgspec.structs.fields(kind)]

    assert fields(Question) == fields(Linted)


def test_group_of_entry_points_is_named_once() -> None:
    assert installed.GROUP == hookspecs.WORDING


def test_plugin_is_seen_without_being_imported(reader: Reads, tmp_path: Path) -> None:
    reader("raise RuntimeError('imported')")

    assert installed.is_any_installed([str(tmp_path / "strict")])
    assert installed.is_any_installed()
    assert not installed.is_any_installed([str(tmp_path), str(tmp_path / "nowhere"), os.devnull])


def test_every_category_may_be_named_by_a_plugin() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")

    assert [category for category in Category if f"| {category} |" not in page] == []
