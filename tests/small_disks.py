"""Runs on disks that are full after so many kilobytes, or read-only: ``unshare -m python -m tests.small_disks FOLDER``.

Prints, for every size, how the run ended. Needs the right to mount, and a mount namespace of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from flows.errors import UserError
from flows.etl import outcome_since
from flows.operate.check import check_snapshot
from flows.store.disk import writing
from flows.store.local import LocalStore as Store
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

STEP_KB, N_SIZES, ENOUGH_KB = 24, 11, 4000


def mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "newsmill", str(folder)], check=True)


def run(seeds: Path, out: Path) -> str:
    try:
        before = Store(out).latest_number()
        with writing(out, lambda: outcome_since(Store(out), before)):
            refresh(seeds, out)
    except UserError as error:
        return str(error)
    return "completed"


def blocks_kb(folder: Path) -> int:
    """What the files of a folder take of a disk with blocks of 4 kB."""
    return sum(4 * -(-path.stat().st_size // 4096) for path in folder.rglob("*") if path.is_file())


def main(folder: Path) -> dict[str, list[str]]:
    seeds = SeedFolder(folder / "seeds")
    seeds.write_stories(range(2))
    refresh(seeds.root, folder / "before")
    seeds.write_stories(range(2, 30))
    least = blocks_kb(folder / "before") + STEP_KB
    sizes = [least + STEP_KB * number for number in range(N_SIZES)]
    outcomes = {}
    for size in (*sizes, ENOUGH_KB):
        out = folder / f"out-{size}"
        out.mkdir()
        mount(out, f"size={size}k")
        shutil.copytree(folder / "before", out, symlinks=True, dirs_exist_ok=True)
        outcomes[str(size)] = [run(seeds.root, out), *check_snapshot(str(out), None)[1]]
        if size == sizes[-1]:
            subprocess.run(["mount", "-o", "remount,ro", str(out)], check=True)
            outcomes["read-only"] = [run(seeds.root, out), *check_snapshot(str(out), None)[1]]
    return outcomes


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))
