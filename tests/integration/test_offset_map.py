"""From the tables of a data set back into the files, with DuckDB alone, as docs/formats.md shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.mapped import as_csv, as_json_line
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"
TEXT = (
    "Harbour reopens after the storm\n\n“The café’s roof is gone,” said Ada Osei.\n\n“We open in May,” said Anna Smith."
)
FILES = {
    "plain.txt": ("\ufeff" + TEXT).encode("utf-16-le"),
    "feed.jsonl": as_json_line("Another story of the day.", title="Before it") + as_json_line(TEXT),
    "table.csv": as_csv(TEXT.replace("“", '"').replace("”", '"')).encode(),
    "old.txt": TEXT.replace("storm", "gale").encode("cp1252"),
}
RECORDS = {
    "feed.jsonl": (as_json_line("Another story of the day.", title="Before it"), as_json_line(TEXT)),
    "table.csv": (
        b"title,text,id\nBefore it,Another story of the day.,1\n",
        'Harbour reopens,"The ""café"" opens again in May.",2\n'.encode(),
    ),
}


def places(out: Path) -> list[dict[str, Any]]:
    """What the query in the documentation gives for each row of sentences."""
    query = re.search(r"```sql\n(.*?)```", DOCS.read_text("utf-8"), re.S)
    assert query is not None
    table = duckdb.sql(query[1].replace("'data/latest", f"'{out}/latest")).to_arrow_table()
    return table.to_pylist()


@pytest.fixture
def out(seeds: SeedFolder, tmp_path: Path) -> Path:
    for name, data in FILES.items():
        seeds.write(name, data)
    refresh(seeds.root, tmp_path / "out")
    return tmp_path / "out"


def test_the_query_of_the_documentation_finds_every_sentence_in_its_file(seeds: SeedFolder, out: Path) -> None:
    found = _check_places(seeds, out)
    assert len([row for row in found if "café" in row["text"]]) == len(FILES)


def _check_places(seeds: SeedFolder, out: Path) -> list[dict[str, Any]]:
    found = places(out)
    for row in found:
        raw = (seeds.root / row["source_uri"]).read_bytes()[row["file_start"] : row["file_end"]]
        words = raw.decode(row["encoding"]).replace('""', '"')
        words = re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), words)
        assert words == row["text"]
    return found


@pytest.mark.parametrize("name", ["feed.jsonl", "table.csv"])
def test_a_record_that_moved_keeps_its_parts_and_is_found_where_it_is_now(
    name: str, seeds: SeedFolder, tmp_path: Path
) -> None:
    first, second = RECORDS[name]
    for content in (first, first + second):  # a batch for each
        seeds.write(name, content)
        refresh(seeds.root, tmp_path / "out")
    before = _parts(tmp_path / "out")
    seeds.write(name, first.replace(b"Another story", b"Quite another story, and longer") + second)
    refresh(seeds.root, tmp_path / "out")
    assert len(before & _parts(tmp_path / "out")) == len({"articles", "offset_map"})
    assert [row for row in _check_places(seeds, tmp_path / "out") if "café" in row["text"]]


def _parts(out: Path) -> set[int]:
    """The files that hold the texts and the map, as they lie on the disk."""
    return {path.stat().st_ino for table in ("articles", "offset_map") for path in (out / "latest" / table).iterdir()}
