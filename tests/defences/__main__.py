"""Take one defence away at a time, in a copy of the project, and see that a test misses it.

Prints a table and ends with 1 when a defence is missed by nobody, or when its tests are red with it in place; `--tested`
leaves the second out, for whoever has just run all tests. Names of defences as arguments take a part of them.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.defences.catalogue import DEFENCES, Defence, stands_once

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
PATIENCE = 60.0
"""Seconds that the tests of one defence may take; a test that hangs without it has missed it as well."""


class Outcome(msgspec.Struct, frozen=True):
    """How many tests turned red without the defence, the first of them, and how many seconds that took."""

    red: int
    first: str
    seconds: float


async def main(wanted: list[str], *, tested: bool) -> int:
    """Run what is wanted and print it; returns the exit code."""
    chosen = [defence for defence in DEFENCES if not wanted or any(word in defence.name for word in wanted)]
    if astray := [defence.name for defence in chosen if not stands_once(ROOT, defence)]:
        sys.exit(f"What is to be taken away does not stand once in its file any more: {', '.join(astray)}")
    with TemporaryDirectory(prefix="crossview-defences-") as folder:
        copies: asyncio.Queue[Path] = asyncio.Queue()
        for number in range(AT_ONCE):
            copies.put_nowait(_copy(Path(folder) / str(number)))
        in_place = set() if tested else {defence.tests for defence in chosen}
        whole = await asyncio.gather(*(_whole(copies, tests) for tests in sorted(in_place)))
        outcomes = await asyncio.gather(*(_without(copies, defence) for defence in chosen))
    print(f"{'defence':44} {'tests turned red':>16}  first of them")
    for defence, outcome in zip(chosen, outcomes, strict=True):
        told = outcome.first if outcome.red else "NOBODY MISSED IT"
        print(f"{defence.name:44} {outcome.red:>16}  {told} ({outcome.seconds:.0f} s)")
    unmissed = [defence for defence, outcome in zip(chosen, outcomes, strict=True) if not outcome.red]
    red = [outcome.first for outcome in whole if outcome.red]
    with_all = "not asked" if tested else red or 0
    print(f"{len(chosen)} defences taken away, {len(chosen) - len(unmissed)} missed; red with all in place: {with_all}")
    return 1 if unmissed or red else 0


def _copy(folder: Path) -> Path:
    """What the repository holds, without what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


async def _whole(copies: "asyncio.Queue[Path]", tests: tuple[str, ...]) -> Outcome:
    """The tests with every defence in place."""
    copy = await copies.get()
    try:
        return await _tested(copy, tests)
    finally:
        copies.put_nowait(copy)


async def _without(copies: "asyncio.Queue[Path]", defence: Defence) -> Outcome:
    copy = await copies.get()
    file = copy / defence.file
    text = file.read_text(encoding="utf-8")
    try:
        file.write_text(text.replace(defence.text, defence.without), encoding="utf-8")
        return await _tested(copy, defence.tests)
    finally:
        file.write_text(text, encoding="utf-8")
        copies.put_nowait(copy)


async def _tested(copy: Path, tests: tuple[str, ...]) -> Outcome:
    """Run tests in a copy, whose code comes before what is installed."""
    begun = time.monotonic()
    path = os.pathsep.join(str(part) for part in (copy / "api", copy / "plugins", copy))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "--maxfail=5", *tests,
        cwd=copy, env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        os.killpg(process.pid, 9)
        return Outcome(1, "they never ended", time.monotonic() - begun)
    red = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output.decode(), re.MULTILINE)
    if process.returncode and not red:
        red = [f"pytest ended with {process.returncode}: {output.decode()[-300:]}"]
    first = red[0].rpartition("::")[2] if red else ""
    return Outcome(len(red), first, time.monotonic() - begun)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    wanted = [argument for argument in arguments if argument != "--tested"]
    sys.exit(asyncio.run(main(wanted, tested="--tested" in arguments)))
