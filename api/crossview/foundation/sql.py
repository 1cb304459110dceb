"""Named statements: SQL is text in its own file, beside the code that uses it.

    -- open_study --
    -- A comment says why, where the statement alone does not.
    insert into study (...) values (...) returning ...;

The form is that of procrastinate's `queries.sql`.
"""

import re
from importlib import resources

_NAME = re.compile(r"^-- (?P<name>[a-z][a-z0-9_]*) --$", re.MULTILINE)


def statements(package: str, file: str) -> dict[str, str]:
    """The statements of one `.sql` file by name.

    Raises `ValueError` when a name stands twice or text stands before the first name.
    """
    return parse((resources.files(package) / file).read_text(encoding="utf-8"), origin=f"{package}/{file}")


def parse(text: str, origin: str) -> dict[str, str]:
    """Split a text at its `-- name --` lines; `origin` is named in errors."""
    head, *rest = _NAME.split(text)
    if head.strip():
        raise ValueError(f"{origin}: text before the first '-- name --' line")
    found: dict[str, str] = {}
    for name, body in zip(rest[::2], rest[1::2], strict=True):
        if name in found:
            raise ValueError(f"{origin}: the statement {name} stands twice")
        found[name] = body.strip().removesuffix(";")
    return found
