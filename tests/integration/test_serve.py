"""`newsmill serve` for real: its own server, a deployment, runs asked for over the API, and the ways they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEWSMILL = [sys.executable, "-m", "flows.cli.main"]
STORY = "Harbour news {n}\n\nPORT ELLERY — “We will wait,” said Mary Major. {extra}\n"
DONE = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Api:
    def __init__(self, url: str, deployment: str) -> None:
        self.url = url
        self.deployment = deployment

    def get(self, path: str) -> Any:
        return answer_of(urllib.request.Request(f"{self.url}{path}"))

    def post(self, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        return answer_of(urllib.request.Request(f"{self.url}{path}", json.dumps(body).encode(), headers))

    def start(self, **settings: Any) -> str:
        defaults = self.get(f"/deployments/{self.deployment}")["parameters"]["settings"]
        body = {"parameters": {"settings": {**defaults, **settings}}}
        return str(self.post(f"/deployments/{self.deployment}/create_flow_run", body)["id"])

    def state(self, run: str) -> dict[str, Any]:
        state: dict[str, Any] = self.get(f"/flow_runs/{run}")["state"]
        return state

    def artifacts(self, run: str) -> dict[str, Any]:
        found = self.post("/artifacts/filter", {"flow_runs": {"id": {"any_": [run]}}})
        return {artifact["key"]: artifact["data"] for artifact in found}

    def started_by_hand(self) -> int:
        """How many runs were asked for; the schedule adds its own whenever the server gets to it."""
        return sum(not run["auto_scheduled"] for run in self.post("/flow_runs/filter", {}))

    def wait(self, run: str) -> dict[str, Any]:
        return until(lambda: (state := self.state(run))["type"] in DONE and state)


def answer_of(request: urllib.request.Request) -> Any:
    """What the server says, as Prefect's own client asks: 503 (SQLite was busy) means again."""

    def ask() -> list[Any]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return [json.load(answer)]
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            return []

    return until(ask, seconds=10)[0]


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing came of it within {seconds} s")


def processes_below(pid: int) -> set[int]:
    """The ids of the living processes that a process or its children started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(stat.parent.name)] = int(fields[1])
    below = {pid}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {pid}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with seeds, an environment without a configured server, and whatever server is started in it."""
    folder = tmp_path_factory.mktemp("newsroom")
    (folder / "seeds").mkdir()
    for n in range(3):
        (folder / "seeds" / f"story-{n}.txt").write_text(STORY.format(n=n, extra=""))
    (folder / "seeds" / "empty.txt").touch()
    yield folder
    subprocess.run([*NEWSMILL, "stop-server"], env=environment(folder), check=True, capture_output=True)


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **kept,
        "PREFECT_HOME": str(folder / "prefect"),
        "PYTHONPATH": str(ROOT),
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[tuple[Api, subprocess.Popen[str]]]:
    command = ["serve", "seeds", "--every", "1d", "--when-busy", "skip", "--annotator", "tests.fakes:load_annotator"]
    with subprocess.Popen(
        [*NEWSMILL, *command], cwd=home, env=environment(home), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        page = next(line.split()[-1] for line in lines if line.startswith("Change or start it at"))
        threading.Thread(target=lambda: [None for _ in lines], daemon=True).start()
        ui, _, deployment = page.partition("/deployments/deployment/")
        yield Api(f"{ui}/api", deployment), process
        if process.poll() is None:
            process.kill()


def test_a_run_from_the_ui_tells_its_story(served: tuple[Api, Any], home: Path) -> None:
    api, _ = served
    run = api.start()
    assert api.wait(run)["name"] == "CompletedWithQuarantine"
    told = api.get(f"/flow_runs/{run}")
    assert told["name"].split(" ", 2)[2] == "4 new, 1 quarantined"
    assert {"newsmill", "data"} <= set(told["tags"])
    tasks = until(
        lambda: len(found := api.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})) == 4 and found
    )
    steps = {"find sources", "read 4 files", "batch 1 of 1 (4 files)", "load snapshot"}
    assert {task["name"] for task in tasks} == steps
    artifacts = api.artifacts(run)
    story = {"run-summary", "progress", "quarantine", "top-speakers", "top-entities", "report"}
    assert set(artifacts) == story
    assert json.loads(artifacts["quarantine"])[0]["source"] == "empty.txt"
    assert json.loads(artifacts["top-speakers"]) == [
        {"speaker": "Mary Major", "type": "person", "quotes": 3, "articles": 3}
    ]
    assert "| articles | 3 | 0 | +3 |" in artifacts["run-summary"]
    assert (home / "data" / "latest" / "manifest.json").exists()  # the relative path meant the folder it was given in


@pytest.mark.parametrize("wrong", [{"workers": -1}, {"colour": "red"}, {"when_busy": "sometimes"}, {"seeds": []}])
def test_a_wrong_value_is_refused_before_the_run(served: tuple[Api, Any], wrong: dict[str, Any]) -> None:
    api, _ = served
    before = api.started_by_hand()
    with pytest.raises(urllib.error.HTTPError) as refusal:
        api.start(**wrong)
    assert refusal.value.code in (409, 422)
    assert api.started_by_hand() == before


def test_the_form_has_descriptions_limits_and_choices(served: tuple[Api, Any]) -> None:
    api, _ = served
    schema = api.get(f"/deployments/{api.deployment}")["parameter_openapi_schema"]
    fields = schema["definitions"]["Settings"]["properties"]
    assert all(field["description"] and ("type" in field) for field in fields.values())
    assert fields["when_busy"]["enum"] == ["wait", "skip"]
    assert (fields["workers"]["minimum"], fields["workers"]["maximum"]) == (0, 256)
    assert fields["seeds"]["items"] == {"type": "string"}


def test_one_at_a_time_cancelled_within_seconds_and_told(served: tuple[Api, subprocess.Popen[str]], home: Path) -> None:
    api, process = served
    (home / "slow").mkdir()
    (home / "slow" / "story.txt").write_text(STORY.format(n=9, extra="SLEEP-60000-MS"))
    idle = processes_below(process.pid)  # the server
    first = api.start(seeds=[str(home / "slow")], out=str(home / "slow-data"))
    until(lambda: (home / "slow-data" / "staging").is_dir() and "progress" in api.artifacts(first))
    second = api.start()  # the limit is the deployment's, whatever the folders
    assert api.wait(second)["type"] == "CANCELLED"
    assert api.state(first)["type"] == "RUNNING"
    began = time.monotonic()
    api.post(f"/flow_runs/{first}/set_state", {"state": {"type": "CANCELLING"}})
    assert api.wait(first)["name"] == "Cancelled"
    assert api.get(f"/flow_runs/{first}")["name"].endswith(" cancelled")
    until(lambda: processes_below(process.pid) <= idle)
    assert time.monotonic() - began < 20
    assert not (home / "slow-data" / "latest").exists()


def test_a_failed_run_is_told(served: tuple[Api, Any], home: Path) -> None:
    api, _ = served
    told: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as hook:
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{hook.server_port}/"
        subprocess.run([*NEWSMILL, "notify", url], env=environment(home), check=True, capture_output=True)
        run = api.start(strict=True)
        assert api.wait(run)["type"] == "FAILED"
        line = until(lambda: told and told[0]["text"])
        hook.shutdown()
    assert line.startswith("Failed: ") and line.endswith(f"/runs/flow-run/{run}")
    assert "strict does not allow" in line


def test_the_same_deployment_in_a_work_pool(served: tuple[Api, Any], home: Path, tmp_path: Path) -> None:
    api, _ = served
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "story.txt").write_text(STORY.format(n=1, extra=""))
    declared = (ROOT / "prefect.yaml").read_text()
    quick = declared.replace("settings:\n", "settings:\n        annotator: tests.fakes:load_annotator\n")
    (tmp_path / "prefect.yaml").write_text(quick)

    def prefect(*arguments: str) -> None:
        command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
        elsewhere = {**environment(home), "PREFECT_API_URL": api.url, "PWD": str(tmp_path)}
        subprocess.run(command, cwd=tmp_path, env=elsewhere, check=True, capture_output=True)

    prefect("work-pool", "create", "newsmill", "--type", "process")
    prefect("deploy", "--all")
    pool = Api(api.url, api.get("/deployments/name/newsmill/newsmill-pool")["id"])
    assert pool.get(f"/deployments/{pool.deployment}")["global_concurrency_limit"]["limit"] == 1
    run = pool.start()
    prefect("worker", "start", "--pool", "newsmill", "--run-once")
    assert pool.wait(run)["name"] == "Completed"
    assert (tmp_path / "data" / "latest" / "manifest.json").exists()


def test_a_killed_server_comes_back_and_sigterm_ends_it(served: tuple[Api, subprocess.Popen[str]], home: Path) -> None:
    api, process = served
    state = json.loads((home / "prefect" / "newsmill-server.json").read_text())
    os.kill(state["pid"], signal.SIGKILL)
    until(lambda: json.loads((home / "prefect" / "newsmill-server.json").read_text())["pid"] != state["pid"])
    run = until(lambda: _or_none(api.start))
    assert api.wait(run)["name"] == "NothingToDo"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert api.get(f"/deployments/{api.deployment}")["paused"]


def _or_none(start: Callable[[], str]) -> str | None:
    try:
        return start()
    except (urllib.error.URLError, OSError):
        return None
