"""The hook, run by pre-commit from a clone of what was committed, on a good bank and on a bad one."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "question-bank"
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    ran = subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def test_hook_passes_a_good_bank_and_stops_a_bad_one(tmp_path: Path) -> None:
    clone, banks = tmp_path / "crossview", tmp_path / "banks"
    git(tmp_path, "clone", "--quiet", str(ROOT), str(clone))
    hook = {"repo": str(clone), "rev": git(clone, "rev-parse", "HEAD"), "hooks": [{"id": "crossview-validate"}]}
    banks.mkdir()
    git(banks, "init", "--quiet")
    (banks / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [hook]}))
    (banks / "good.bank.yaml").write_bytes((EXAMPLES / "good.bank.yaml").read_bytes())
    (banks / "other.yaml").write_text("no: bank\n")
    git(banks, "add", "--all")

    def commit() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PRE_COMMIT, "run", "--color", "never"],
            cwd=banks,
            env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=False,
        )

    good = commit()
    (banks / "bad.bank.yaml").write_bytes((EXAMPLES / "bad.bank.yaml").read_bytes())
    git(banks, "add", "--all")
    bad = commit()

    assert (good.returncode, good.stdout.splitlines()[-1].endswith("Passed")) == (0, True), good.stdout + good.stderr
    assert bad.returncode == 1
    assert "bad.bank.yaml:7:11: CV101 leading-question [error]" in bad.stdout
    assert "2 errors, 1 warning in 10 questions in 2 files (1 suppressed)." in bad.stdout
