from __future__ import annotations

import io
from pathlib import Path

import pytest

from benchmarks.fuzz import damaged, logged, try_input
from benchmarks.fuzz_samples import samples
from flows.formats.base import Record
from flows.formats.registry import FORMATS, format_of, head_of, parse_record, read_records


def test_there_is_a_sound_sample_of_every_format() -> None:
    read = set()
    for sample in samples():
        stream = io.BytesIO(sample.data)
        found = format_of(head_of(stream, sample.name))
        assert found is not None
        documents = [parse_record(item) for _, item in read_records(stream, sample.name) if isinstance(item, Record)]
        assert any("harbour" in document.text or "board" in document.text for document in documents), sample.name
        assert found.name == sample.format or sample.format == "nexis_docx"
        read |= {found.name, sample.format}
    assert read == {format_.name for format_ in FORMATS}


def test_an_input_is_the_same_whenever_it_is_made() -> None:
    assert [damaged(number, 1) for number in range(100)] == [damaged(number, 1) for number in range(100)]


def test_a_run_goes_on_where_its_log_ends(tmp_path: Path) -> None:
    log = tmp_path / "fuzz.log"
    assert [outcome.number for outcome in logged(3, 1, 5, log)] == [5, 6, 7]
    assert len(log.read_text().splitlines()) == 3
    found = list(logged(4, 1, 5, log))
    assert [outcome.number for outcome in found] == [5, 6, 7, 8]
    assert len(log.read_text().splitlines()) == 4
    assert {outcome.failure for outcome in found} == {""}


@pytest.mark.parametrize("first", range(0, 1500, 100))
def test_damaged_files_are_read_or_refused(first: int) -> None:
    outcomes = [try_input(number, seed=1) for number in range(first, first + 100)]
    assert [outcome for outcome in outcomes if outcome.failure] == []
    assert sum(outcome.n_documents for outcome in outcomes) > 20
    assert sum(outcome.n_refused for outcome in outcomes) > 20
