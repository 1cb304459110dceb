"""The process of a plugin starts light: it is started for every connection."""

import subprocess
import sys


def test_child_imports_neither_the_service_nor_a_driver() -> None:
    heavy = {"litestar", "asyncpg", "psycopg", "procrastinate", "cryptography", "httpx", "structlog", "icalendar"}
    script = (
        "import sys, crossview.plugin.child\n"
        f"print(sorted({{name.partition('.')[0] for name in sys.modules}} & {heavy!r}))\n"
        "print(sorted(name for name in sys.modules if name.startswith('crossview.') and name.count('.') == 1))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines() == ["[]", "['crossview.foundation', 'crossview.plugin']"]
