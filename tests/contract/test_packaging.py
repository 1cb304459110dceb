"""The package: folders, build settings and entry points agree, and the wheel has every file that runs."""

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
VENDORED = ROOT / "api" / "crossview" / "web" / "vendor"


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """`pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as it would be published, built without a download."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def source_files(folder: Path) -> set[str]:
    """What git would keep of a source root, by its path in the wheel."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.parent != folder
    }


def plugin_folders() -> set[str]:
    return {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").exists()}


def test_every_plugin_folder_is_packaged(project: dict[str, Any]) -> None:
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])

    assert packages == {"api/crossview"} | {f"plugins/{name}" for name in plugin_folders()}


def test_every_plugin_folder_is_an_entry_point(project: dict[str, Any]) -> None:
    declared = project["project"]["entry-points"]["crossview"]

    assert set(declared.values()) == plugin_folders()
    assert {f"crossview_{name}" for name in declared} == plugin_folders()
    assert {entry.name: entry.value for entry in entry_points(group="crossview")}.items() >= declared.items()


def test_wheel_has_every_file_of_the_service_and_its_plugins(wheel: zipfile.ZipFile) -> None:
    packaged = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packaged == source_files(ROOT / "api") | source_files(ROOT / "plugins")
    assert {".py", ".sql", ".html", ".js", ".css", ".svg"} <= {Path(name).suffix for name in packaged}


def test_wheel_has_the_licence_the_command_and_the_plugins(wheel: zipfile.ZipFile, project: dict[str, Any]) -> None:
    names = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    told = wheel.read(names["entry_points.txt"]).decode()

    assert "LICENSE" in names
    assert "crossview = crossview.cli:main" in told
    assert all(f"{name} = {value}" in told for name, value in project["project"]["entry-points"]["crossview"].items())


def test_version_stands_in_one_place(project: dict[str, Any], wheel: zipfile.ZipFile) -> None:
    folders = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}

    assert folders == {f"crossview-{project['project']['version']}.dist-info"}


def test_vendored_files_are_what_their_sums_say() -> None:
    for folder in VENDORED.iterdir():
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        listed = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
        found = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.iterdir()
            if path.suffix in (".js", ".css")
        }

        assert found.items() <= listed.items(), folder.name
        assert {name for name in listed if not (folder / name).is_file()} == set()


def test_no_file_names_a_registry_or_a_machine() -> None:
    forbidden = re.compile(r"--index-url|--extra-index-url|--find-links|/root/")
    locks = [ROOT / f"requirements{kind}.lock" for kind in ("", "-dev", "-bench")]

    assert [lock.name for lock in locks if forbidden.search(lock.read_text(encoding="utf-8"))] == []
