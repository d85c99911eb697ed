"""End a run right before one of its changes of the data folder, then the next: ``python -m tests.commit_steps EVERY``.

Of the changes in staging, where no reader looks, one in EVERY (by default 10) is taken. The run is made of the flow's
own pieces, without Prefect and in one process. Prints the failures as JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.crash import problems_of_latest
from tests.killing import finish, kill_self, on_nth_change, start
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story

KEEP = 1  # of three snapshots the oldest goes: pruning is a step like the others


def prepare(folder: Path) -> SeedFolder:
    """Two snapshots in ``folder/before``, and changes to the seeds since."""
    seeds = SeedFolder(folder / "seeds")
    seeds.write_stories(range(3))
    refresh(seeds.root, folder / "before")
    seeds.write("story-0009.txt", story(9))
    refresh(seeds.root, folder / "before")
    seeds.write("story-0001.txt", story(11))
    seeds.delete("story-0002.txt")
    seeds.write("broken.jsonl", "{not json\n")
    refresh(seeds.root, folder / "full")
    (folder / "expected.json").write_text(json.dumps(all_rows(folder / "full"), default=str))
    return seeds


def list_changes(seeds: Path, out: Path, answer: Path) -> None:
    changes = on_nth_change(out, -1, lambda: None)
    refresh(seeds, out, keep_snapshots=KEEP)
    answer.write_text(json.dumps(changes))


def killed_run(seeds: Path, out: Path, step: int) -> None:
    on_nth_change(out, step, kill_self)
    refresh(seeds, out, keep_snapshots=KEEP)


def look_and_go_on(seeds: Path, out: Path, expected: Any, answer: Path) -> None:
    problems = problems_of_latest(out)
    refresh(seeds, out, keep_snapshots=KEEP)
    problems += problems_of_latest(out)
    if json.loads(json.dumps(all_rows(out), default=str)) != expected:
        problems.append("the rows differ from a full rebuild")
    if list((out / "staging").iterdir()) or list(out.glob(".latest-*")) or (out / ".commit.json").exists():
        problems.append("garbage is left")
    if len(list((out / "snapshots").iterdir())) not in (2, 3):  # a run killed while pruning leaves it to the next
        problems.append(f"snapshots: {sorted(p.name for p in (out / 'snapshots').iterdir())}")
    answer.write_text(json.dumps(problems))


def interesting_steps(changes: list[str], every: int) -> list[int]:
    """The number of every change outside staging, where readers look, and of some inside."""
    inside = [n for n, path in enumerate(changes, 1) if path.startswith("staging/")]
    outside = [n for n, path in enumerate(changes, 1) if not path.startswith("staging/")]
    return sorted({*outside, *inside[::every]})


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="newsmill-steps-"))
    log, answer, out = folder / "log", folder / "answer", folder / "out"
    assert finish(start(lambda: prepare(folder) and None, log)) == 0, log.read_text()
    seeds, expected = folder / "seeds", json.loads((folder / "expected.json").read_text())

    def fresh_out() -> Path:
        shutil.rmtree(out, ignore_errors=True)
        return shutil.copytree(folder / "before", out, symlinks=True)

    assert finish(start(lambda: list_changes(seeds, fresh_out(), answer), log)) == 0, log.read_text()
    steps, failures = interesting_steps(json.loads(answer.read_text()), int(*sys.argv[1:] or [10])), []
    for step in steps:
        if finish(start(lambda step=step: killed_run(seeds, fresh_out(), step), log)) != -9:
            failures.append(f"step {step}: the run was not killed")
        if finish(start(lambda: look_and_go_on(seeds, out, expected, answer), log)) != 0:
            failures.append(f"step {step}: the next run failed: {log.read_text()[-500:]}")
        else:
            failures += [f"step {step}: {problem}" for problem in json.loads(answer.read_text())]
    print(json.dumps({"steps": len(steps), "failures": failures}))
    shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
