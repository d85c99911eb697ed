"""Hit runs on a Dask cluster with faults, and see which end wrong: ``python -m benchmarks.cluster_faults --runs 200``.

Three machines (a worker with its nanny and all below it, each in a process group) and a scheduler; whatever ends is
started again within a second, as systemd would. Each run has one fault at a random moment:

process    an annotating process is killed
worker     a Dask worker is killed; its nanny starts another one
machine    a whole machine is killed; another one joins
frozen     a whole machine stops, and goes on later: some time after the scheduler has given it up, or after the run
slow       a machine gets a twentieth of its time until the run ends
late       the run begins with one machine, two more join
scheduler  the scheduler is killed
client     the run itself is killed; the next one must end right
document   documents that kill their process, hang, and kill their worker, found all three

A run ends right where its rows are those of an undisturbed run on one machine, its snapshot is sound, and no garbage is
left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.dask_processes import DaskProcesses, Machine

KINDS = ("process", "worker", "machine", "frozen", "slow", "late", "scheduler", "client", "document")
N_STORIES, PARAGRAPHS, N_MACHINES = 12, 12, 3
GUILTY = {"kills": "KILL-THE-WORKER", "hangs": "HANG-THE-WORKER", "takes": "KILL-ITS-PARENT"}
REASONS = {"hangs": "annotator_timeout"}
TIMEOUT_S = 5  # a document's, where one hangs
LONGEST_S = 600.0
NO_GUILT: dict[str, str] = {}


@dataclass
class Scene:
    """Seeds, and the rows that must come out."""

    root: Path
    cluster: DaskProcesses
    expected: Any = None
    seconds: float = 0.0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.root / "log.txt"

    def seeds(self, guilty: dict[str, str]) -> Path:
        """The seed files, with some guilty ones or none."""
        return self.root / ("guilty" if guilty else "sound")


def make_scene(root: Path, cluster: DaskProcesses) -> Scene:
    """Write the seeds, and do one run on one machine and one on the cluster without faults."""
    from tests.pieces import all_rows, refresh
    from tests.seed_folder import SeedFolder, story

    scene = Scene(root, cluster)
    for guilty in (NO_GUILT, GUILTY):
        folder = SeedFolder(scene.seeds(guilty))
        for number in range(N_STORIES):
            text = f"{story(number, n_paragraphs=PARAGRAPHS)}\n\nSLEEP-200-MS"
            folder.write(f"story-{number:04d}.txt", text)
        for number, (name, mark) in enumerate(guilty.items(), N_STORIES):
            folder.write(f"{name}.txt", f"{story(number)}\n\n{mark}")

    def reference() -> None:
        refresh(scene.seeds(NO_GUILT), root / "reference")
        (root / "expected.json").write_text(json.dumps(all_rows(root / "reference"), default=str))

    from tests.killing import finish, start

    assert finish(start(reference, scene.log)) == 0, scene.log.read_text()
    scene.expected = json.loads((root / "expected.json").read_text())
    for _ in range(2):  # the first one starts the workers' processes
        shutil.rmtree(root / "out", ignore_errors=True)
        started = time.monotonic()
        pid = start(lambda: run_flow(scene, root / "out", NO_GUILT), scene.log)
        assert finish(pid) == 0, scene.log.read_text()
        scene.seconds = time.monotonic() - started
    assert not problems_of(scene, root / "out", NO_GUILT)
    return scene


def run_flow(scene: Scene, out: Path, guilty: dict[str, str]) -> None:
    """One whole run under Prefect on the cluster; raises unless it completed."""
    from flows.etl import newsmill
    from flows.settings import Settings

    settings = Settings(
        seeds=(str(scene.seeds(guilty)),),
        out=str(out),
        batch_chars=10_000,
        annotator="tests.fakes:load_annotator",
        engine="dask",
        engine_address=scene.cluster.address,
        document_timeout_s=TIMEOUT_S if guilty else 20,
    )
    state: Any = newsmill(settings, return_state=True)
    assert state.is_completed(), state.message


class Fault:
    """One fault: ``strike`` once, ``go_on`` again and again until the run ends, ``undo`` then."""

    def __init__(self, kind: str, scene: Scene, chance: random.Random) -> None:
        self.kind, self.cluster, self.chance = kind, scene.cluster, chance
        self.strike_at = chance.uniform(0, scene.seconds)
        self.has_struck = False
        self.stopped: Machine | None = None
        self.thaw_at = time.monotonic() + self.strike_at + chance.choice((chance.uniform(1, 40), LONGEST_S))

    def strike(self, pid: int) -> bool:
        """Whether there was something to hit."""
        machine = self.chance.choice(self.cluster.machines)
        if self.kind == "process":
            found = [process for machine in self.cluster.machines for process in machine.annotating()]
            return bool(found) and _kill(self.chance.choice(found))
        if self.kind == "worker":
            worker = machine.worker()
            return worker is not None and _kill(worker)
        if self.kind == "machine":
            machine.kill()
        elif self.kind in ("frozen", "slow"):
            self.stopped = machine
            machine.signal(signal.SIGSTOP)
        elif self.kind == "scheduler":
            self.cluster.kill_scheduler()
        elif self.kind == "client":
            os.kill(pid, signal.SIGKILL)
        elif self.kind == "late":
            self.cluster.mend()
        return True

    def go_on(self) -> None:
        """A frozen machine thaws, a slow one goes on by fits and starts, what has ended is started again."""
        if self.kind == "frozen" and self.stopped is not None and time.monotonic() > self.thaw_at:
            self.undo()
        if self.kind == "slow" and self.stopped is not None:
            self.stopped.signal(signal.SIGCONT)
            time.sleep(0.02)
            self.stopped.signal(signal.SIGSTOP)
        if self.kind != "late":
            self.cluster.mend()

    def undo(self) -> None:
        """Let a stopped machine go on."""
        if self.stopped is not None:
            self.stopped.signal(signal.SIGCONT)
            self.stopped = None


def _kill(process: Any) -> bool:
    import psutil

    try:
        process.kill()
    except psutil.Error:
        return False
    return True


def try_fault(scene: Scene, kind: str, chance: random.Random) -> tuple[bool, list[str]]:
    """One run with its fault: whether that came before the run's end, and what was wrong afterwards."""
    from tests.killing import finish, has_ended, start

    out, cluster = scene.root / "out", scene.cluster
    shutil.rmtree(out, ignore_errors=True)
    guilty = GUILTY if kind == "document" else NO_GUILT
    if kind == "late":
        for machine in cluster.machines[1:]:
            machine.kill()
    pid = start(lambda: run_flow(scene, out, guilty), scene.log)
    started, fault = time.monotonic(), Fault(kind, scene, chance)
    problems = []
    while not has_ended(pid):
        if not fault.has_struck and time.monotonic() - started > fault.strike_at:
            fault.has_struck = fault.strike(pid)
        elif fault.has_struck:
            fault.go_on()
        if time.monotonic() - started > LONGEST_S:
            problems.append(f"not done after {LONGEST_S:.0f} s")
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1 if kind != "slow" else 0.38)
    code = finish(pid)
    if code != 0 and kind != "client":
        problems.append(f"the run failed: {_last_error(scene)}")
    if fault.stopped is not None:
        fault.undo()
        time.sleep(2)  # whatever wakes up writes now
    cluster.mend()
    if code != 0 or kind == "frozen":
        again = finish(start(lambda: run_flow(scene, out, guilty), scene.log))
        problems += [f"the next run failed: {_last_error(scene)}"] if again else []
    return fault.has_struck, problems + problems_of(scene, out, guilty)


def _last_error(scene: Scene) -> str:
    lines = [line for line in scene.log.read_text().splitlines() if "Error" in line]
    return lines[-1][:300] if lines else ""


def problems_of(scene: Scene, out: Path, guilty: dict[str, str]) -> list[str]:
    """What is wrong with a data set after a run."""
    from benchmarks.crash import ask, problems_of_latest
    from tests.pieces import all_rows

    def judge() -> list[str]:
        problems = problems_of_latest(out)
        rows = json.loads(json.dumps(all_rows(out), default=str))
        found = {row["source_uri"]: row["reason"] for row in rows.pop("quarantine")}
        wanted = {f"{name}.txt": REASONS.get(name, "annotator_crash") for name in guilty}
        if found != wanted:
            problems.append(f"quarantine holds {found}")
        different = [name for name in rows if rows[name] != scene.expected[name]]
        if different:
            problems.append(f"the rows differ from those of an undisturbed run: {different}")
        garbage = [path.name for path in (out / "staging").iterdir()]
        return problems + ([f"garbage: {garbage}"] if garbage else [])

    return ask(scene, judge)  # type: ignore[arg-type]  # it needs the folder and the log alone


def run_faults(n_runs: int, kinds: list[str], seed: int, folder: Path) -> dict[str, Any]:
    """``n_runs`` runs that were hit, and those among them that ended wrong."""
    from tests.dask_processes import DaskProcesses

    chance = random.Random(seed)
    hits: Counter[str] = Counter()
    wrong: list[str] = []
    n_tried = 0
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    with DaskProcesses(folder / "cluster", N_MACHINES) as cluster:
        scene = make_scene(folder, cluster)
        print(f"undisturbed: {scene.seconds:.1f} s", file=sys.stderr, flush=True)
        while hits.total() < n_runs:
            kind = kinds[hits.total() % len(kinds)]
            started = time.monotonic()
            is_hit, problems = try_fault(scene, kind, chance)
            n_tried += 1
            hits[kind] += is_hit
            seconds[kind].append(round(time.monotonic() - started, 1))
            print(f"{n_tried} {kind}: {seconds[kind][-1]} s {problems or ''}", file=sys.stderr, flush=True)
            if problems:
                wrong.append(f"run {n_tried} ({kind}): {problems}")
                shutil.copy(scene.log, folder.parent / f"{folder.name}-{n_tried}.log")
            scene.log.unlink(missing_ok=True)
    return {
        "runs_hit": hits.total(),
        "by_kind": dict(hits),
        "runs_that_ended_first": n_tried - hits.total(),
        "undisturbed_s": round(scene.seconds, 1),
        "longest_s": {kind: max(told) for kind, told in seconds.items() if told},
        "ended_wrong": wrong,
    }


def main() -> int:
    """Print the outcome as JSON; exit code 1 where a run ended wrong."""
    from benchmarks.crash import prefect_server

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    import tests.pieces  # noqa: F401 - everything is imported before the first copy is made

    folder = Path(tempfile.mkdtemp(prefix="newsmill-cluster-"))
    try:
        with prefect_server():
            outcome = run_faults(arguments.runs, arguments.kinds.split(","), arguments.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(outcome, indent=1))
    return 1 if outcome["ended_wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
