"""Every title gives a name that is safe everywhere, and two objects never share one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview_files.names import LONGEST, belongs_to, is_plain, titled


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Why people leave", "why-people-leave-6b86b273ff"),
        ("../../etc/passwd", "etc-passwd-6b86b273ff"),
        ("", "untitled-6b86b273ff"),
        ("...", "untitled-6b86b273ff"),
        ("CON", "con-6b86b273ff"),
        ("a\0b\nc", "a-b-c-6b86b273ff"),
        ("Café Zoë", "café-zoë-6b86b273ff"),
        ("解約の理由", "解約の理由-6b86b273ff"),
        ("C:\\windows", "c-windows-6b86b273ff"),
        ("x" * 300, "x" * 89 + "-6b86b273ff"),
    ],
)
def test_titled_keeps_what_is_readable(title: str, name: str) -> None:
    assert titled(title, "1") == name


@given(title=st.text(), object_id=st.text(min_size=1, alphabet=st.characters(codec="utf-8")), other=st.text())
def test_titled_is_one_plain_name_that_belongs_to_its_object(title: str, object_id: str, other: str) -> None:
    name = titled(title, object_id, before="2026-12-01-")
    assert is_plain(name)
    assert len(name.encode()) <= LONGEST
    assert belongs_to(name, object_id)
    assert titled(other, object_id).rpartition("-")[2] == name.rpartition("-")[2]


def test_same_title_of_two_objects_gives_two_names() -> None:
    assert titled("Leaving", "1") != titled("Leaving", "2")


@pytest.mark.parametrize("name", ["Research", "team 4", "über-uns", "a.b_c-d", "x" * 100])
def test_plain_names_are_taken(name: str) -> None:
    assert is_plain(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/b", "/a", "a\\b", "a:b", "~root", ".hidden"),
        *("a.", "a ", " a", "a\0", "a\nb", "a\u202eb", "e\u0301"),
        *("nul", "COM1.txt", "x" * 101),
    ],
)
def test_names_that_could_mean_something_else_are_refused(name: str) -> None:
    assert not is_plain(name)
