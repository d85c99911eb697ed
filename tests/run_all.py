"""All checks, one after the other; says at the end which failed. `make test` calls this."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

# tests/conftest.py puts the longest files first; pytest-xdist would begin with those of most tests.
IN_ORDER = ["--no-loadscope-reorder"]
CHECKS = {
    "lint": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "types": [str(BIN / "mypy")],
    "docs": [sys.executable, "docs/generate.py"],
    "tests": [sys.executable, "-m", "pytest", "--numprocesses", "2", "--dist", "loadfile", *IN_ORDER],
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
