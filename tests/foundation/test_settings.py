"""Settings from the environment."""

from pathlib import Path

import pytest

from crossview.foundation.settings import Settings, UnreadableSettings, describe, read_settings


def test_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings()


def test_variables_are_the_names_in_capitals_and_foreign_ones_are_ignored() -> None:
    environ = {"CROSSVIEW_PORT": "9000", "CROSSVIEW_BODY_SECONDS": "2.5", "CROSSVIEW_PG_BIN": "/bin", "PATH": "/bin"}

    assert read_settings(environ) == Settings(port=9000, body_seconds=2.5)


def test_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text("postgresql://app:hush@db/crossview\n")

    settings = read_settings({"CROSSVIEW_DATABASE_URL_FILE": str(file)})

    assert settings == Settings(database_url="postgresql://app:hush@db/crossview")


def test_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableSettings, match=r"^CROSSVIEW_SECRET_KEYS_FILE names a file that cannot be read: No such"
    ):
        read_settings({"CROSSVIEW_SECRET_KEYS_FILE": str(tmp_path / "missing")})


def test_file_that_is_no_text_is_named_by_its_variable(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(
        UnreadableSettings, match=r"^CROSSVIEW_SECRET_KEYS_FILE names a file that cannot be read: it is not UTF-8$"
    ):
        read_settings({"CROSSVIEW_SECRET_KEYS_FILE": str(file)})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CROSSVIEW_PORT", "http"),
        ("CROSSVIEW_PORT", "70000"),
        ("CROSSVIEW_POOL_SIZE", "0"),
        ("CROSSVIEW_BODY_LIMIT", "12"),
        ("CROSSVIEW_BODY_SECONDS", "-1"),
        ("CROSSVIEW_WORKER", "sometimes"),
        ("CROSSVIEW_LOG", "xml"),
    ],
)
def test_wrong_value_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(UnreadableSettings, match=f"^{variable}: "):
        read_settings({variable: value})


def test_secrets_are_hidden_and_the_rest_is_shown() -> None:
    shown = describe(Settings(database_url="postgresql://app:hush@db/crossview", port=9000))

    assert shown["CROSSVIEW_DATABASE_URL"] == "********"
    assert (shown["CROSSVIEW_SECRET_KEYS"], shown["CROSSVIEW_PORT"]) == ("", 9000)
    assert "hush" not in str(shown)


def test_folders_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings(data="here").data_folder == tmp_path / "here"
    assert Settings(data="here").files_folder == tmp_path / "here" / "files"
    assert Settings(files_root="there").files_folder == tmp_path / "there"
