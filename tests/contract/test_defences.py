"""The catalogue of defences follows the code: each stands where it says, and its tests are there."""

from pathlib import Path

from tests.defences.catalogue import DEFENCES, stands_once

ROOT = Path(__file__).parents[2]


def test_each_defence_stands_where_the_catalogue_says() -> None:
    assert [defence.name for defence in DEFENCES if not stands_once(ROOT, defence)] == []


def test_each_defence_names_tests_that_are_there() -> None:
    files = {test.partition("::")[0] for defence in DEFENCES for test in defence.tests}

    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []
