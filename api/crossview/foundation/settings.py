"""Settings: one frozen struct, read once from the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

PREFIX = "CROSSVIEW_"
HIDDEN = "********"

Secret = Annotated[str, msgspec.Meta(extra={"secret": True})]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator may decide. The variable of a field is its name in capitals after `CROSSVIEW_`.

    A secret may also come from a file: `CROSSVIEW_DATABASE_URL_FILE` names a file whose content is the value.
    """

    database_url: Secret = ""
    """A PostgreSQL server (15 or newer) for the application; empty means the embedded one."""
    migrate_url: Secret = ""
    """The login that owns the schema, for `crossview migrate`; empty means `database_url`."""
    data: str = ".crossview"
    """Folder of the embedded database, its keys and its files."""
    secret_keys: Secret = ""
    """Fernet keys that seal the secrets of connections, newest first, separated by commas; empty means one kept in `data`."""
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8400
    """0 takes a free port."""
    public_url: str = ""
    """How people reach the API, for links in documents and calendars; empty means host and port."""
    plugins: str = "*"
    """Names of the plugins that may be used, separated by commas; `*` means all that are installed."""
    files_root: str = ""
    """Folder below which the plugin `files` writes; empty means `files` in `data`."""
    worker: Literal["inline", "none"] = "inline"
    """Whether `serve` also carries out deliveries, or leaves them to `crossview worker`."""
    pool_size: Annotated[int, msgspec.Meta(ge=1, le=200)] = 8
    """Connections that the API holds to the database."""
    board_bytes: Annotated[int, msgspec.Meta(ge=0)] = 134_217_728
    """Memory for scripts that are kept written out, about 60,000 bytes each; the ones read last stay."""
    body_limit: Annotated[int, msgspec.Meta(ge=1024)] = 1_048_576
    """Largest body in bytes."""
    head_seconds: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    """How long the head of a request may take to arrive."""
    body_seconds: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    """How long a body may take to arrive."""
    answer_seconds: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    """How long an answer may wait for somebody to read it."""
    log: Literal["json", "console"] = "console"

    @property
    def data_folder(self) -> Path:
        """The data folder as an absolute path."""
        return Path(self.data).expanduser().absolute()

    @property
    def files_folder(self) -> Path:
        """The folder below which the plugin `files` writes, as an absolute path."""
        return Path(self.files_root).expanduser().absolute() if self.files_root else self.data_folder / "files"


class UnreadableSettings(Exception):
    """A variable of the environment cannot be used; the message names it and says what it takes."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that an environment describes.

    Other variables are nobody's business here. Raises `UnreadableSettings` for a wrong value or a `_FILE` that cannot be read.
    """
    given: dict[str, str] = {}
    known = {field.name for field in msgspec.structs.fields(Settings)}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in known:
            given[name] = value
        elif name.removesuffix("_file") in _secret_names() and name.endswith("_file"):
            given[name.removesuffix("_file")] = _read_secret(variable, value)
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise UnreadableSettings(f"{_variable(str(error))}: {error}") from error


def describe(settings: Settings) -> dict[str, Any]:
    """Variable to value, secrets hidden, for `crossview settings`."""
    secrets = _secret_names()
    values = msgspec.structs.asdict(settings)
    return {PREFIX + name.upper(): HIDDEN if name in secrets and value else value for name, value in values.items()}


def _secret_names() -> set[str]:
    return {
        field.name
        for field in msgspec.structs.fields(Settings)
        if any("secret" in (getattr(note, "extra", None) or {}) for note in getattr(field.type, "__metadata__", ()))
    }


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UnreadableSettings(f"{variable} names a file that cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableSettings(f"{variable} names a file that cannot be read: it is not UTF-8") from error


def _variable(message: str) -> str:
    _, _, path = message.partition("$.")
    return PREFIX + path.rstrip("`").upper() if path else PREFIX + "*"
