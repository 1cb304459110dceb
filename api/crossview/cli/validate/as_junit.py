"""For a build server: JUnit's XML, a suite for each file and a case for each finding."""

from xml.etree import ElementTree

from crossview.bank.files.check import Reported
from crossview.cli.validate.report import Report, printable, shown_name


def as_junit(report: Report) -> str:
    """The whole output. A file in which nothing was found is one case that passed."""
    suites = ElementTree.Element("testsuites", name="crossview validate")
    by_file: dict[str, list[Reported]] = {checked.name: [] for checked in report.checked}
    for one in report.findings:
        by_file[one.file].append(one)
    for name, findings in by_file.items():
        _suite(suites, shown_name(name), findings)
    ElementTree.indent(suites)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(suites, encoding='unicode')}\n"


def _suite(suites: ElementTree.Element, name: str, findings: list[Reported]) -> None:
    counts = {"name": name, "tests": str(max(len(findings), 1)), "failures": str(len(findings)), "errors": "0"}
    suite = ElementTree.SubElement(suites, "testsuite", counts)
    if not findings:
        ElementTree.SubElement(suite, "testcase", name=name, classname="crossview")
    for one in findings:
        where = f"{name}:{one.place.line}:{one.place.column}"
        case = ElementTree.SubElement(suite, "testcase", name=f"{where} {one.code} {one.name}", classname="crossview")
        message = printable(one.message)
        failure = ElementTree.SubElement(case, "failure", type=one.level.value, message=message)
        failure.text = f"{where}: {message}"
