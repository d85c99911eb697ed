"""Kill a run at its requests to object storage, one after the other: ``python -m tests.storage_steps [--every N]``.

A proxy ends the run right before a request that changes something goes on, or right after it was done and before the
answer. Then the snapshot must be sound, and the next run must end where an undisturbed one does. Prints the failures
as JSON. The process itself makes no request but by plain HTTP, so that copies of it (fork) are runs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

import flows.storage.client
import flows.storage.files
import flows.storage.multipart
import flows.store.objects  # noqa: F401 - imported before the first copy is made
from flows.operate.check import check_snapshot
from flows.store import lease as leases
from tests import storage_servers
from tests.killing import finish, start
from tests.object_folder import ObjectFolder
from tests.pieces import all_rows, refresh
from tests.seed_folder import SeedFolder, story

KEEP = 1  # of three snapshots the oldest goes: pruning is a step like the others
BUCKET = f"s3://{storage_servers.BUCKET}"
CHANGING = "PUT|POST|DELETE"
KINDS = ("kill", "kill-after")
# Of these every one is tried: they are what makes a snapshot, or ends the lease. Of parts there are many alike.
TELLING = re.compile(r"latest\.json|lock\.json|manifest\.json|\?delete|notes/")


class Steps:
    """One data set to be brought up to date, over and over again."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder
        self._endpoint = endpoint
        self._seeds = SeedFolder(folder / "seeds")
        self._n_copies = 0
        self.do(self._prepare)
        self._expected = json.loads((folder / "expected.json").read_text())

    def do(self, act: Callable[[], object], is_killed: bool = False) -> str:
        """Have a copy of this process do something; what went wrong."""
        log = self._folder / "log"
        log.unlink(missing_ok=True)
        code = finish(start(lambda: act() and None, log))
        if is_killed:
            return "" if code == -9 else f"the run was not killed ({code}): {log.read_text()[-500:]}"
        return "" if code == 0 else f"it failed: {log.read_text()[-800:]}"

    def _prepare(self) -> None:
        seeds, before = self._seeds, f"{BUCKET}/before"
        seeds.write_stories(range(3))
        refresh(seeds.root, before)
        seeds.write("story-0009.txt", story(9))
        refresh(seeds.root, before)
        seeds.write("story-0001.txt", story(11))
        seeds.delete("story-0002.txt")
        seeds.write("broken.jsonl", "{not json\n")
        refresh(seeds.root, self._folder / "full")
        (self._folder / "expected.json").write_text(json.dumps(all_rows(self._folder / "full"), default=str))

    def _copy(self) -> str:
        self._n_copies += 1
        address = f"{BUCKET}/out-{self._n_copies}"

        def act() -> None:
            there = ObjectFolder(f"{BUCKET}/before")
            pairs = [(there.key(name), f"out-{self._n_copies}/{name}") for name in there.names()]
            there.bucket.copy(pairs)

        assert not (told := self.do(act)), told
        return address

    def _rules(self, *rules: dict[str, Any]) -> None:
        httpx.post(f"{self._endpoint}/__rules", json=list(rules)).raise_for_status()

    def requests(self) -> list[str]:
        """The requests of an undisturbed run that change something, in order."""
        address = self._copy()
        self._rules()
        told = self.do(lambda: refresh(self._seeds.root, address, keep_snapshots=KEEP))
        assert not told, told
        log: list[str] = httpx.get(f"{self._endpoint}/__log").json()
        return [line for line in log if re.match(CHANGING, line)]

    def try_step(self, number: int, kind: str) -> list[str]:
        """Kill a run at its ``number``-th change, have the next run follow; what is wrong then."""
        address = self._copy()

        def killed() -> None:
            self._rules({"do": kind, "method": CHANGING, "skip": number, "pid": os.getpid()})
            refresh(self._seeds.root, address, keep_snapshots=KEEP)

        told = self.do(killed, is_killed=True)
        self._rules()
        answer = self._folder / "answer"
        failed = self.do(lambda: self._look_and_go_on(address, answer))
        problems = [problem for problem in (told, failed) if problem]
        return problems or json.loads(answer.read_text())

    def _look_and_go_on(self, address: str, answer: Path) -> None:
        problems = check_snapshot(address, None)[1]
        refresh(self._seeds.root, address, keep_snapshots=KEEP)
        number, found = check_snapshot(address, None)
        problems += found
        if json.loads(json.dumps(all_rows(address), default=str)) != self._expected:
            problems.append("the rows differ from a full rebuild")
        names = ObjectFolder(address).names()
        if left := [n for n in names if not n.startswith(("snapshots/", "latest.json", "lock.json", "notes/"))]:
            problems.append(f"garbage is left: {left}")
        folders = {name.split("/")[1] for name in names if name.startswith("snapshots/")}
        if len(folders) not in (2, 3) or number != 3:  # a run killed while pruning leaves the rest to the next
            problems.append(f"snapshots: {sorted(folders)}")
        answer.write_text(json.dumps(problems))


def interesting(requests: list[str], every: int) -> list[int]:
    """The numbers of the requests to try: those that tell all alike, and of the others some."""
    telling = [n for n, line in enumerate(requests) if TELLING.search(line)]
    others = [n for n, line in enumerate(requests) if not TELLING.search(line)]
    return sorted({*telling, *others[::every]})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=5, help="of the requests about parts, try one in so many")
    parser.add_argument("--only", help="only requests that fit a pattern, like latest.json")
    arguments = parser.parse_args()
    leases.RENEW_S = 3600.0  # or a slow machine makes requests that a quick one does not
    folder = Path(tempfile.mkdtemp(prefix="newsmill-steps-"))
    with storage_servers.moto(folder) as server, storage_servers.proxy(server, folder) as endpoint:
        os.environ.update(storage_servers.environment(endpoint))
        steps = Steps(folder, endpoint)
        requests, failures, n_tried = steps.requests(), [], 0
        numbers = interesting(requests, arguments.every)
        if arguments.only:
            numbers = [number for number in numbers if re.search(arguments.only, requests[number])]
        for number in numbers:
            for kind in KINDS:
                n_tried += 1
                problems = steps.try_step(number, kind)
                failures += [f"{kind} at {number} ({requests[number]}): {problem}" for problem in problems]
    print(json.dumps({"requests": len(requests), "tried": n_tried, "failures": failures}, indent=1))
    shutil.rmtree(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
