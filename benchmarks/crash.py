"""Kill runs at random points, and see whether anything is lost: ``python -m benchmarks.crash --points 200``.

A point is a run on a small data set, ended by SIGKILL: the whole process group or the main process at a random time,
the main process right before its n-th change of the data folder, or a worker. Afterwards ``latest`` must be missing
(where nothing was committed yet) or one sound snapshot, no process may be left, and the next run must end in the rows
of an undisturbed one, annotate nothing that was finished, and leave no garbage.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = ("main", "group", "step", "worker")
N_STORIES = 12
BATCH_CHARS = 10_000
ANNOTATIONS = "staging/*/annotations/*/*.parquet"
PARAGRAPHS = 12  # about 3,000 characters a story, three stories a batch


@dataclass
class Scene:
    """The files to start from, what the data folder holds before, and the rows that must come out."""

    root: Path
    numbers: dict[str, int]  # uri -> the number in the story's text
    expected: Any
    seconds: float = 0.0
    n_changes: int = 0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.root / "log.txt"

    @property
    def seeds(self) -> Path:
        """The folder of seed files."""
        return self.root / "seeds"

    def fresh_out(self) -> Path:
        """The data folder as it was before the run to be killed."""
        out = self.root / "out"
        shutil.rmtree(out, ignore_errors=True)
        before = self.root / "before"
        shutil.copytree(before, out, symlinks=True) if before.exists() else out.mkdir()
        return out


def make_scene(root: Path, *, is_incremental: bool) -> Scene:
    """Seeds of which all are new, or some changed, new and gone since a first run."""
    from tests.killing import finish, start
    from tests.pieces import all_rows, refresh
    from tests.seed_folder import SeedFolder, story

    seeds = SeedFolder(root / "seeds")
    numbers = {f"story-{n:04d}.txt": n for n in range(N_STORIES)}
    seeds.write_stories(numbers.values(), n_paragraphs=PARAGRAPHS)
    log = root / "log.txt"
    if is_incremental:
        assert finish(start(lambda: run_flow(seeds.root, root / "before"), log)) == 0, log.read_text()
        for n in (1, 5, 20, 21, 22, 23):
            uri, number = f"story-{n:04d}.txt", n + 100
            seeds.write(uri, story(number, n_paragraphs=PARAGRAPHS))
            numbers[uri] = number
        for n in (0, 8):
            seeds.delete(f"story-{n:04d}.txt")
            del numbers[f"story-{n:04d}.txt"]

    def reference() -> None:
        refresh(seeds.root, root / "reference")
        (root / "expected.json").write_text(json.dumps(all_rows(root / "reference"), default=str))

    assert finish(start(reference, log)) == 0, log.read_text()
    scene = Scene(root, numbers, json.loads((root / "expected.json").read_text()))
    measure(scene)
    return scene


def run_flow(seeds: Path, out: Path) -> None:
    """One whole run under Prefect, with two workers; raises unless it completed."""
    from flows.etl import newsmill
    from flows.settings import Settings

    settings = Settings(
        seeds=(str(seeds),),
        out=str(out),
        workers=2,
        batch_chars=BATCH_CHARS,
        annotator="tests.fakes:load_annotator",
    )
    state: Any = newsmill(settings, return_state=True)
    assert state.is_completed(), state.message


def measure(scene: Scene) -> None:
    """How long an undisturbed run takes, and how often it changes the data folder."""
    from tests.killing import finish, on_nth_change, start

    out, counted = scene.fresh_out(), scene.root / "n-changes"

    def run() -> None:
        changes = on_nth_change(out, -1, lambda: None)
        run_flow(scene.seeds, out)
        counted.write_text(str(len(changes)))

    started = time.monotonic()
    assert finish(start(run, scene.log)) == 0, scene.log.read_text()
    scene.seconds, scene.n_changes = time.monotonic() - started, int(counted.read_text())


def try_point(scene: Scene, kind: str, chance: random.Random) -> tuple[bool, list[str]]:
    """Kill one run and do the next: whether it was hit before its end, and what was wrong afterwards."""
    from tests.killing import finish, start, wait_for_group_end

    out = scene.fresh_out()
    problems: list[str] = []
    pid = start_run(scene, out, kind, chance)
    if kind != "step":
        strike(pid, kind, chance.uniform(0, scene.seconds), chance)
    code = finish(pid)
    is_hit = code != 0 or kind == "worker"
    if kind == "worker" and code != 0:
        problems.append(f"the run did not survive the death of a worker: exit code {code}")
    if not wait_for_group_end(pid):
        problems.append("processes are left")
        os.killpg(pid, signal.SIGKILL)
    is_first = not (scene.root / "before").exists()
    problems += ask(scene, lambda: problems_of_latest(out, may_be_missing=is_first))
    finished = finished_numbers(scene, out)
    annotated = scene.root / "annotated.txt"
    annotated.unlink(missing_ok=True)
    os.environ["FAKE_ANNOTATOR_LOG"] = str(annotated)
    if finish(start(lambda: run_flow(scene.seeds, out), scene.log)) != 0:
        problems.append("the next run failed")
    os.environ.pop("FAKE_ANNOTATOR_LOG")
    again = finished & numbers_in(annotated.read_text() if annotated.exists() else "")
    problems += [f"annotated again: {sorted(again)}"] if again else []
    problems += ask(scene, lambda: problems_of_end(scene, out))
    return is_hit, problems


def start_run(scene: Scene, out: Path, kind: str, chance: random.Random) -> int:
    """Start the run to be killed; at a step it kills itself."""
    from tests.killing import kill_self, on_nth_change, start

    step = chance.randint(1, scene.n_changes)

    def run() -> None:
        if kind == "step":
            on_nth_change(out, step, kill_self)
        run_flow(scene.seeds, out)

    return start(run, scene.log)


def strike(pid: int, kind: str, delay: float, chance: random.Random) -> None:
    """Kill the main process, its whole group, or one of its workers as soon as there is one after ``delay``."""
    from tests.killing import has_ended, workers_of

    time.sleep(delay)
    if kind == "main":
        os.kill(pid, signal.SIGKILL)
    elif kind == "group":
        os.killpg(pid, signal.SIGKILL)
    while kind == "worker" and not has_ended(pid):
        workers = workers_of(pid)
        if workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
            return
        time.sleep(0.01)


def ask(scene: Scene, question: Callable[[], list[str]]) -> list[str]:
    """The answer from a process of its own: this one must not start threads, or its copies would lack them."""
    from tests.killing import finish, start

    answer = scene.root / "answer.json"
    answer.unlink(missing_ok=True)
    code = finish(start(lambda: answer.write_text(json.dumps(question())) and None, scene.log))
    lines: list[str] = json.loads(answer.read_text()) if code == 0 else ["the data folder cannot be read"]
    return lines


def problems_of_latest(out: Path, *, may_be_missing: bool = False) -> list[str]:
    """What is wrong with the snapshot that readers see; none at all is right only before the first commit."""
    from flows.operate.check import check_snapshot

    if not (out / "latest").is_symlink():
        return [] if may_be_missing else ["there is no latest"]
    return check_snapshot(str(out), None)[1]


def problems_of_end(scene: Scene, out: Path) -> list[str]:
    """What is wrong after the run that followed."""
    from tests.pieces import all_rows

    problems = problems_of_latest(out)
    if json.loads(json.dumps(all_rows(out), default=str)) != scene.expected:
        problems.append("the rows differ from those of an undisturbed run")
    garbage = [p.name for p in (out / "staging").iterdir()] + [p.name for p in out.glob(".latest-*")]
    garbage += [p.name for p in (out / ".commit.json", out / ".lock-holder.json") if p.exists()]
    return [*problems, *([f"garbage: {garbage}"] if garbage else [])]


def finished_numbers(scene: Scene, out: Path) -> set[int]:
    """The stories whose annotation must not be done again."""
    numbers = {row["text_sha256"]: next(iter(numbers_in(row["title"]))) for row in scene.expected["articles"]}
    finished = ask(scene, lambda: [digest for path in out.glob(ANNOTATIONS) for digest in digests_in(path)])
    return {numbers[digest] for digest in finished if digest in numbers} | numbers_in_latest(out, scene)


def digests_in(part: Path) -> list[str]:
    """The texts that a part of annotations is about."""
    import pyarrow.parquet as pq

    digests: list[str] = pq.ParquetFile(part).read()["text_sha256"].to_pylist()
    return digests


def numbers_in_latest(out: Path, scene: Scene) -> set[int]:
    """The stories that a reader sees."""
    from tests.pieces import rows_of

    if not (out / "latest").is_symlink():
        return set()
    return numbers_in("\n".join(ask(scene, lambda: [row["text"][:80] for row in rows_of(out, "articles")])))


def numbers_in(text: str) -> set[int]:
    """The stories whose first lines stand in the text."""
    return {int(number) for number in re.findall(r"Bridge number (\d+) opens", text)}


def run_points(n_points: int, seed: int, folder: Path) -> dict[str, Any]:
    """``n_points`` kills that hit, half of them on a first run and half on an incremental one."""
    chance = random.Random(seed)
    scenes = [make_scene(folder / name, is_incremental=name == "incremental") for name in ("first", "incremental")]
    hits: Counter[str] = Counter()
    failures: list[str] = []
    n_tried = 0
    while hits.total() < n_points:
        kind, scene = KINDS[hits.total() % len(KINDS)], scenes[n_tried % 2]
        is_hit, problems = try_point(scene, kind, chance)
        n_tried += 1
        hits[kind] += is_hit
        failures += [f"point {n_tried} ({kind}, {scene.root.name}): {problem}" for problem in problems]
        if problems:
            print(failures[-1], file=sys.stderr, flush=True)
        if hits.total() % 20 == 0 and is_hit:
            print(f"{hits.total()} points, {len(failures)} failures", file=sys.stderr, flush=True)
    return {
        "points": hits.total(),
        "by_kind": dict(hits),
        "runs_that_ended_first": n_tried - hits.total(),
        "failures": failures,
    }


@contextmanager
def prefect_server() -> Iterator[None]:
    """The server that is configured, or one for this benchmark alone."""
    from prefect.settings import (
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_SERVER_ANALYTICS_ENABLED,
        temporary_settings,
    )
    from prefect.testing.utilities import prefect_test_harness

    quick = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_SERVER_ANALYTICS_ENABLED: False}
    own = nullcontext() if os.environ.get("PREFECT_API_URL") else prefect_test_harness(60)
    with temporary_settings(quick), own:
        yield


def main() -> int:
    """Print the outcome as JSON; exit code 1 after any failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    import tests.pieces  # noqa: F401

    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="newsmill-crash-"))
    try:
        with prefect_server():
            outcome = run_points(arguments.points, arguments.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({**outcome, "seconds": round(time.monotonic() - started)}, indent=1))
    return 1 if outcome["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
