"""What the terminal shows of a data set is what is in it, whatever that is and wherever it lies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli.history import print_history
from flows.cli.run import telling_if_stopped
from flows.cli.show import print_rows
from flows.operate.check import check_snapshot, roll_back
from flows.settings import Settings
from flows.store.local import LocalStore as Store
from tests.flow_runs import ROOT
from tests.pieces import refresh, rows_of
from tests.seed_folder import SeedFolder, story
from tests.storage_servers import environment as storage_environment

SAID = "He [the mayor] said so [sic], [/x] [bold]and[/bold] :smile: left [link=http://evil.example]here[/link]."
ODD_FOLDERS = [
    "g[1]",
    "it's",
    "100%",
    "a b",
    "a:b",
    "s3:",
    "star*",
    "wha?t",
    "{a,b}",
    "back\\slash",
    "[/x]",
    'q"uote',
    "é",
]


@pytest.fixture
def odd_seeds(seeds: SeedFolder) -> SeedFolder:
    seeds.write("harbour.txt", f"The harbour\n\n{SAID}\n\nIt was \x1b[31mred\x1b[0m \u202eand ended.\n")
    seeds.write_records("records.jsonl", [{"\x1b[2Jkey": "x", "[/y]": "\u202ez"}, "{broken \x1b]0;title\x07"])
    return seeds


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("all_columns", [False, True])
def test_markup_is_text(
    odd_seeds: SeedFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], all_columns: bool
) -> None:
    refresh(odd_seeds.root, tmp_path / "out")
    print_rows("sentences", str(tmp_path / "out"), 10, all_columns=all_columns)
    assert SAID in shown(capsys)


@pytest.mark.parametrize("all_columns", [False, True])
@pytest.mark.parametrize("table", ["articles", "sentences", "quarantine"])
def test_nothing_of_data_steers_the_terminal(
    odd_seeds: SeedFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, all_columns: bool
) -> None:
    refresh(odd_seeds.root, tmp_path / "out")
    print_rows(table, str(tmp_path / "out"), 10, all_columns=all_columns)
    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\x07\u202e\x9b")
    if table == "quarantine":
        assert "[2Jkey" in "".join(out.split())  # what is left of a key that holds an escape sequence


def test_no_line_of_a_text_passes_for_a_column(
    seeds: SeedFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds.write("a.txt", "A title\n\nA first line.\n\nbyline Somebody else.\n")
    refresh(seeds.root, tmp_path / "out")
    print_rows("articles", str(tmp_path / "out"), 1, all_columns=True)
    lines = capsys.readouterr().out.splitlines()
    assert "    byline Somebody else." in lines
    assert not [line for line in lines if line.startswith("byline S")]


def test_statements_are_what_is_shown_and_counted_unless_all_is_asked_for(
    seeds: SeedFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds.write("a.txt", "A title\n\n“It will rain” said Ada Osei. “It will snow” thought Ada Osei.\n")
    out = tmp_path / "out"
    refresh(seeds.root, out)
    print_rows("quotes", str(out), 5, all_columns=False)
    assert ("It will rain" in (told := capsys.readouterr().out), "It will snow" in told) == (True, False)
    print_rows("quotes", str(out), 5, all_columns=False, all_types=True)
    assert ("It will rain" in (told := capsys.readouterr().out), "It will snow" in told) == (True, True)
    for table in ("articles", "article_entities", "entities", "runs"):
        assert [(row["n_quotes"], row["n_attributions"]) for row in rows_of(out, table)] == [(1, 2)], table


@pytest.mark.parametrize("name", ODD_FOLDERS)
def test_a_data_folder_may_have_any_name(
    seeds: SeedFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    seeds.write_stories(range(2))
    refresh(seeds.root, tmp_path / name / "out")
    seeds.write("more.txt", story(7))
    refresh(seeds.root, tmp_path / name / "out")
    monkeypatch.chdir(tmp_path)
    for out in (f"{name}/out", str(tmp_path / name / "out")):
        assert check_snapshot(out, None) == (2, [])
        print_rows("quotes", out, 5, all_columns=False)
        assert "will open in May" in shown(capsys)
        print_history(out)
        assert "latest 000002" in shown(capsys)
    assert roll_back(f"{name}/out", None) == 1
    assert Store(tmp_path / name / "out").latest_number() == 1


def newsmill(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli.main", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **more}
    )


def test_a_terminal_of_few_characters_is_no_error(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(1))
    refresh(seeds.root, tmp_path / "out")
    told = newsmill("show", "quotes", "--out", str(tmp_path / "out"), PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr) == (0, "")
    assert "will open in May" in told.stdout


def test_a_reader_that_has_seen_enough_is_no_error(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(9), n_paragraphs=100)
    refresh(seeds.root, tmp_path / "out")
    command = [
        sys.executable,
        "-m",
        "flows.cli.main",
        "show",
        "sentences",
        "-n",
        "5000",
        "--out",
        str(tmp_path / "out"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "{seeds}", "--out", "s3://key:se/cret@bucket/x"),
        ("run", "{seeds}", "--out", "s3://bucket/x?token=secret"),
        ("run", "s3://key:se/cret@bucket/x"),
        ("run", "{seeds}", "--gazetteer", "s3://key:se/cret@bucket/x.csv"),
        ("run", "{seeds}", "--corrections", "https://h/x.csv?sig=secret"),
        ("show", "quotes", "--out", "s3://key:se/cret@bucket/x"),
        ("check", "--out", "s3://bucket/x"),
        ("rollback", "--out", "s3://bucket/x"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_in_one_line(
    seeds: SeedFolder, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    seeds.write_stories(range(1))
    given = [argument.format(seeds=seeds.root) for argument in arguments]
    more = ["--out", str(tmp_path / "out")] if given[0] == "run" and "--out" not in given else []
    command = [sys.executable, "-m", "flows.cli.main", *given, *more]
    told = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **storage_environment("http://127.0.0.1:9")},
    )
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    answers = ("does not answer: check the network", "credentials belong in the environment", "on this machine")
    assert any(answer in told.stderr for answer in answers)
    assert "cret" not in told.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"seeds", "out"}


def test_a_run_that_is_stopped_says_what_is_committed(seeds: SeedFolder, tmp_path: Path) -> None:
    settings = Settings(out=str(tmp_path / "out"))
    with pytest.raises(KeyboardInterrupt, match="nothing was committed"), telling_if_stopped(settings):
        raise KeyboardInterrupt
    seeds.write_stories(range(1))
    with pytest.raises(KeyboardInterrupt, match="snapshot 000001 is committed"), telling_if_stopped(settings):
        refresh(seeds.root, tmp_path / "out")
        raise KeyboardInterrupt
