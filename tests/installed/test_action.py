"""The action's own steps, run as a runner of GitHub does: each in a bash of its own, with the environment it sets."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "question-bank"


def test_action_installs_the_command_and_annotates_a_bad_bank(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    temporary, workspace = tmp_path / "temporary", tmp_path / "workspace"
    temporary.mkdir()
    shutil.copytree(EXAMPLES, workspace)
    inputs = {name: about["default"] for name, about in action["inputs"].items()}

    def run(step: dict[str, object], **given: str) -> subprocess.CompletedProcess[str]:
        values = {
            "github.action_path": str(ROOT),
            **{f"inputs.{name}": value for name, value in {**inputs, **given}.items()},
        }
        script = tmp_path / "step.sh"
        script.write_text(str(step["run"]))
        env = dict(step["env"])  # type: ignore[call-overload]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=workspace,
            env={
                **os.environ,
                "GITHUB_ACTIONS": "true",
                "RUNNER_TEMP": str(temporary),
                **{
                    name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: values[found[1]], value)
                    for name, value in env.items()
                },
            },
            capture_output=True,
            text=True,
            check=False,
        )

    setup, install, validate = action["runs"]["steps"]
    assert setup["uses"].startswith("actions/setup-python@")
    installed = run(install)
    assert installed.returncode == 0, installed.stderr
    whole, good, gone = (
        run(validate),
        run(validate, paths="good.bank.yaml\n"),
        run(validate, paths="a b.yaml\ngood.bank.yaml"),
    )

    assert (whole.returncode, good.returncode, gone.returncode) == (1, 0, 2)
    assert whole.stdout.startswith(
        "::error file=bad.bank.yaml,line=7,endLine=7,col=11,endColumn=16,title=CV101 leading-question::"
    )
    assert good.stdout == "Nothing found in 4 questions in 1 file.\n"
    assert gone.stdout.startswith("::error file=a b.yaml,line=1,")
    assert run(validate, **{"fail-on": "never"}).returncode == 0
