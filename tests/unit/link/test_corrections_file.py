"""The page writes into a file that belongs to somebody: all else in it stays byte for byte."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.link import corrections_file
from flows.link.catalog_files import CatalogError, read_corrections
from flows.link.corrections_file import CorrectionsFile
from transforms.catalog import Correction

MERGE = Correction("merge", "person", "A. Lind", "Ada Lind")
NEVER = Correction("never", "work", 'A "FULL", TEXT')
BY_HAND = "action,type,name,target,article\n# one person\nmerge,person,B. Lind,Bea Lind,\n"


def said(path: Path) -> list[Correction]:
    return list(read_corrections(path))


def test_the_first_correction_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    file = CorrectionsFile(path)
    assert file.lines() == []
    file.add(MERGE, "A. Lind is Ada Lind")
    assert said(path) == [MERGE]
    assert "A. Lind is Ada Lind" in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "before",
    [
        BY_HAND,
        BY_HAND.rstrip("\n"),
        BY_HAND.replace("\n", "\r\n"),
        BY_HAND.replace("\n", "\r"),
        "\ufeff" + BY_HAND,
        "# a note\n\n" + BY_HAND + "\n# at the end",
        'action,type,name,target,article\nmerge,person,"B.\nLind",Bea Lind,\n',
        "",
        "# nothing yet",
        "name,action,type,article,target\nB. Lind,merge,person,,Bea Lind\n",
    ],
)
def test_what_was_there_stays_and_undo_brings_back_every_byte(tmp_path: Path, before: str) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(before.encode())
    file = CorrectionsFile(path)
    by_hand = [line.correction for line in file.lines()]
    for correction in (MERGE, NEVER):
        file.add(correction, "so\nit, is")
    assert path.read_bytes().startswith(before.encode())
    assert said(path) == [*by_hand, MERGE, NEVER]
    own = [line for line in file.lines() if line.key]
    assert [line.correction for line in own] == [MERGE, NEVER]
    for line in own:
        assert file.take_back(line.key) == line.correction
    if by_hand:
        assert path.read_bytes().rstrip(b"\r\n") == before.encode().rstrip(b"\r\n")
    assert [line.correction for line in file.lines()] == by_hand


def test_what_somebody_wrote_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    file = CorrectionsFile(path)
    file.add(MERGE, "one")
    path.write_text(path.read_text() + "# mine\nrename,person,Ada Lind,Ada M. Lind,\n")
    file.add(NEVER, "two")
    (first,) = [line for line in file.lines() if line.correction == MERGE]
    file.take_back(first.key)
    assert [c.action for c in said(path)] == ["rename", "never"]
    assert "# mine\nrename,person,Ada Lind,Ada M. Lind,\n" in path.read_text()


def test_a_line_of_somebody_or_one_that_is_gone_is_not_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(BY_HAND)
    file = CorrectionsFile(path)
    file.add(MERGE, "one")
    key = file.lines()[-1].key
    assert [line.key for line in file.lines()[:-1]] == [""]
    file.take_back(key)
    for gone in (key, "", "nonsense"):
        with pytest.raises(CatalogError, match="not there any more"):
            file.take_back(gone)
    # One that was changed by hand is somebody's own.
    file.add(MERGE, "one")
    key = file.lines()[-1].key
    path.write_text(path.read_text().replace("A. Lind,Ada", "A. Lind,Anna"))
    with pytest.raises(CatalogError, match="not there any more"):
        file.take_back(key)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("action,type,name,target,article\nmerge,person,A,,\n", "line 2: merge needs a value in target"),
        ('action,type,name,target,article\nnever,person,"A\n', "unexpected end of data"),
        ("what,is,this\n", "first line"),
        ("action,name\nnever,e-aaaaaaaaaaaaaaaa\n", "lacks type"),
    ],
)
def test_a_file_that_the_run_cannot_read_is_left_alone(tmp_path: Path, before: str, told: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text("action,type,name,target,article\n")
    file = CorrectionsFile(path)
    path.write_text(before)
    with pytest.raises(CatalogError, match=told):
        file.add(MERGE, "one")
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("before", "correction"),
    [
        # Where the name stands first it would become a comment.
        ("name,action,type,target,article\n", Correction("never", "work", "# one")),
        ("action,type,name,target,article\n", Correction("merge", "person", "A. Lind", "")),
        ("action,type,name,target,article\n", Correction("erase", "person", "A. Lind")),
        ("action,type,name,target,article\n", Correction("never", "ghost", "A. Lind")),
        ("action,type,name,target,article\n", Correction("never", "person", "A.  Lind")),
    ],
)
def test_a_line_that_the_run_would_read_otherwise_is_not_written(
    tmp_path: Path, before: str, correction: Correction
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(before)
    with pytest.raises(CatalogError):
        CorrectionsFile(path).add(correction, "one")
    assert path.read_text() == before


@given(name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), words=st.text(max_size=30))
@settings(max_examples=60)
def test_no_name_damages_the_file(tmp_path_factory: pytest.TempPathFactory, name: str, words: str) -> None:
    path = tmp_path_factory.mktemp("c") / "c.csv"
    path.write_text(BY_HAND)
    file = CorrectionsFile(path)
    before = said(path)
    correction = Correction("rename", "person", "Ada Lind", name)
    try:
        file.add(correction, words)
    except CatalogError:
        assert path.read_text() == BY_HAND
        return
    assert said(path) == [*before, correction]
    comment = path.read_text("utf-8").splitlines()[3]
    assert comment.startswith("# newsmill view, ") and ";" not in comment and "," not in comment[16:]


def test_mode_and_link_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "c.csv"
    real.write_text(BY_HAND)
    real.chmod(0o640)
    link = tmp_path / "c.csv"
    link.symlink_to(real)
    CorrectionsFile(link).add(MERGE, "one")
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert said(link)[-1] == MERGE


def test_a_write_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.csv"
    path.write_text(BY_HAND)
    file = CorrectionsFile(path)

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(corrections_file.os, "fsync", full)
    with pytest.raises(CatalogError, match="cannot be written"):
        file.add(MERGE, "one")
    assert path.read_text() == BY_HAND
    assert list(tmp_path.iterdir()) == [path]


def test_an_editor_that_saves_at_the_same_time_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.csv"
    path.write_text(BY_HAND)
    file = CorrectionsFile(path)
    copymode = corrections_file.shutil.copymode

    def saved_meanwhile(*given: Path) -> None:
        copymode(*given)
        path.write_text(BY_HAND + "# saved meanwhile\n")

    monkeypatch.setattr(corrections_file.shutil, "copymode", saved_meanwhile)
    with pytest.raises(CatalogError, match="try again"):
        file.add(MERGE, "one")
    assert path.read_text() == BY_HAND + "# saved meanwhile\n"


def test_two_pages_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    files = [CorrectionsFile(path) for _ in range(4)]

    def add(file: CorrectionsFile, number: int) -> None:
        for n in range(8):
            file.add(Correction("never", "person", f"Name {number} {n}"), "one")

    threads = [threading.Thread(target=add, args=(file, number)) for number, file in enumerate(files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said(path)) == 32
    assert len({line.key for line in files[0].lines()}) == 32


@pytest.mark.parametrize("name", ["", "missing/c.csv"])
def test_what_can_be_no_file_is_told_at_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(CatalogError, match="give the path of a CSV file"):
        CorrectionsFile(tmp_path / name)
