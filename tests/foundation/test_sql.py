"""Named statements in `.sql` files."""

import pytest

from crossview.foundation.sql import parse, statements

TEXT = """\
-- open_study --
-- A study begins open.
insert into study (title) values ($1);

-- read_study --
select title
  from study;
"""


def test_statements_are_split_by_name_and_keep_their_comments() -> None:
    assert parse(TEXT, origin="a.sql") == {
        "open_study": "-- A study begins open.\ninsert into study (title) values ($1)",
        "read_study": "select title\n  from study",
    }


def test_comment_with_spaces_is_no_name() -> None:
    text = "-- read --\n-- not a name, just words --\nselect 1;"

    assert parse(text, origin="a.sql") == {"read": "-- not a name, just words --\nselect 1"}


def test_only_the_last_semicolon_is_taken_off() -> None:
    assert parse("-- twice --\nselect 1; select 2;\n", origin="a.sql") == {"twice": "select 1; select 2"}


def test_empty_text_has_no_statements() -> None:
    assert parse("\n", origin="a.sql") == {}


def test_text_before_the_first_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a\.sql: text before the first '-- name --' line$"):
        parse("select 1;\n" + TEXT, origin="a.sql")


def test_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a\.sql: the statement read_study stands twice$"):
        parse(TEXT + "-- read_study --\nselect 2;", origin="a.sql")


def test_file_is_read_from_its_package() -> None:
    assert set(statements("crossview.foundation", "events.sql")) == {"append", "list"}
