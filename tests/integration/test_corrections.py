"""The user's corrections reach the tables without anything being annotated again."""

from __future__ import annotations

from flows.link.catalog_files import load_catalog
from flows.operate.check import check_snapshot
from tests.fakes import FakeAnnotator
from tests.pieces import all_rows, refresh, rows_of


class Forbidden(FakeAnnotator):
    def annotate(self, texts):
        raise AssertionError("nothing may be annotated again")


def test_a_name_that_is_no_entity_goes_and_comes_back(tmp_path):
    seeds, out, corrections = tmp_path / "seeds", tmp_path / "data", tmp_path / "corrections.csv"
    seeds.mkdir()
    (seeds / "a.txt").write_text("“We will go there now,” said Ada Osei. Soon after, Bo Reyes left the room for good.")
    refresh(seeds, out)
    before = all_rows(out)
    assert {row["name"] for row in rows_of(out, "entities")} == {"Ada Osei", "Bo Reyes"}

    corrections.write_text("action,type,name,target,article\nnever,person,Ada Osei,,\n")
    refresh(seeds, out, annotator=Forbidden(), catalog=load_catalog(None, corrections))
    assert {row["name"] for row in rows_of(out, "entities")} == {"Bo Reyes"}
    (quote,) = rows_of(out, "quotes")
    assert (quote["speaker_name"], quote["speaker_entity_id"]) == ("Ada Osei", None)
    assert check_snapshot(str(out), None)[1] == []

    refresh(seeds, out, annotator=Forbidden())
    assert all_rows(out) == before
    assert check_snapshot(str(out), None)[1] == []
