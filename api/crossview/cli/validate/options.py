"""What is asked for: on the command line, else in `crossview.toml` or in `pyproject.toml`, in this folder or above it."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from crossview.bank.files.discover import read_file
from crossview.cli.failures import Unreadable

Form = Literal["text", "json", "sarif", "junit", "github"]
FailOn = Literal["error", "warning", "info", "never"]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}[0-9]{0,3}\Z")]

_PLACES: Final = (("crossview.toml", ("validate",)), ("pyproject.toml", ("tool", "crossview", "validate")))


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How to validate. `select` and `ignore` hold codes or their beginnings: `CV1` is every code of that hundred.

    Without a `select` every rule is asked, those of plugins too.
    """

    paths: tuple[str, ...] = (".",)
    format: Form = "text"
    select: tuple[Code, ...] = ()
    ignore: tuple[Code, ...] = ()
    fail_on: FailOn = "warning"
    statistics: bool = False
    baseline: str | None = None
    cache_dir: str | None = None
    no_cache: bool = False

    def selected(self, code: str) -> bool:
        """Whether findings of a code are wanted."""
        return (not self.select or code.startswith(self.select)) and not code.startswith(self.ignore)

    def refuse_unknown(self, codes: Sequence[str]) -> None:
        """Raises Unreadable for a code of whose letters there are no rules, such as those of a plugin that is not here."""
        prefixes = {code[:-3] for code in codes}
        for code in (*self.select, *self.ignore):
            if code.rstrip("0123456789") not in prefixes:
                raise Unreadable(f"No rule has a code like {code}. `crossview validate --list-rules` names them.")


def read_options(folder: Path, given: dict[str, Any]) -> Options:
    """The options that are given, and for the others those of the nearest file that has any.

    Paths in a file count from the folder of that file. Raises Unreadable for a file, an option or a code that is not known.
    """
    for above in (folder, *folder.parents):
        for name, table in _PLACES:
            path = above / name
            if path.is_file() and (found := _table(path, table)) is not None:
                return _options({**_beside(found, above, folder), **given}, str(path))
        if (above / ".git").exists():
            break
    return _options(given, "the command line")


def _table(path: Path, names: tuple[str, ...]) -> dict[str, Any] | None:
    found = read_file(path)
    if found.fault:
        raise Unreadable(f"{path}: {found.fault}")
    try:
        table: Any = tomllib.loads(found.data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"{path}: this is no valid TOML: {error}.") from None
    for name in names:
        table = table.get(name) if isinstance(table, dict) else None
    if table is None or isinstance(table, dict):
        return table
    raise Unreadable(f"{path}: [{'.'.join(names)}] is no table. Write the options below it, one a line.")


def _beside(found: dict[str, Any], above: Path, folder: Path) -> dict[str, Any]:
    if above == folder:
        return found
    beside = dict(found)
    if isinstance(paths := beside.get("paths"), list):
        beside["paths"] = [str(above / path) if isinstance(path, str) else path for path in paths]
    for name in ("baseline", "cache-dir"):
        if isinstance(path := beside.get(name), str):
            beside[name] = str(above / path)
    return beside


def _options(given: dict[str, Any], origin: str) -> Options:
    try:
        return msgspec.convert(given, Options)
    except msgspec.ValidationError as error:
        raise Unreadable(f"{origin}: an option of validate cannot be used: {error}.") from None
