from __future__ import annotations

from pathlib import Path

import pytest

from flows.link.catalog_files import CatalogError, load_catalog
from transforms.catalog import Catalog, GazetteerRow, entity_id_of, gazetteer_links

GAZETTEER = (
    "name,type,aliases,external_id\nHarbour Gazette,organization,The Gazette|HG,wikidata:Q1\nAda Lind,person,,\n"
)


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_files_are_an_empty_catalog() -> None:
    assert load_catalog(None, None) == Catalog()


def test_gazetteer_rows(tmp_path: Path) -> None:
    rows = load_catalog(written(tmp_path, GAZETTEER), None).gazetteer
    assert rows[0] == GazetteerRow("Harbour Gazette", "organization", ("The Gazette", "HG"), "wikidata:Q1")
    assert rows[1].external_id is None


def test_comments_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    lines = "# reviewed in May\naction,type,name,target,article\n\n# spelling\nmerge,person,A. Lind,Ada Lind,\n"
    (fix,) = load_catalog(None, written(tmp_path, lines)).corrections
    assert (fix.action, fix.target) == ("merge", "Ada Lind")


def test_a_line_break_in_a_cell_is_a_space_and_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    text = (
        'name,type,aliases\r\n"Harbour\r\n  Gazette",organization,"HG|The\u2028Gazette"\r\n'
        '# note, "open\r\n\r\n,person,\r\n'
    )
    with pytest.raises(CatalogError, match="line 6: name is empty"):
        load_catalog(written(tmp_path, text), None)
    (row,) = load_catalog(written(tmp_path, text.replace(",person,", "")), None).gazetteer
    assert row == GazetteerRow("Harbour Gazette", "organization", ("HG", "The Gazette"))


def test_a_quoted_cell_may_start_with_the_sign_of_a_comment(tmp_path: Path) -> None:
    (row,) = load_catalog(written(tmp_path, 'name,type\n"#1\n# Gazette",organization\n'), None).gazetteer
    assert row.name == "#1 # Gazette"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name,type\n"Ada Lind,person\nBo Reyes,person\n', "line 2: unexpected end of data; double each"),
        ("", "empty; its first line must be"),
        ("name,kind\nx,person\n", "the first line must be name,type,aliases,external_id"),
        ("name,type\nAda Lind,persn\n", "line 2: unknown type 'persn'; use one of person,"),
        ("name,type\n,person\n", "line 2: name is empty"),
        ("name,type\nLind, Ada,person\n", "line 2: more cells than the header has"),
    ],
)
def test_a_gazetteer_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogError, match=r"list\.csv") as caught:
        load_catalog(written(tmp_path, text), None)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("join,person,A,B,", "unknown action 'join'; use one of merge, split, rename, never"),
        ("merge,person,A,,", "merge needs a value in target"),
        ("split,person,A,B,", "split needs a value in article"),
        ("never,,A,,", "unknown type ''"),
    ],
)
def test_a_correction_that_cannot_be_used(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load_catalog(None, written(tmp_path, f"action,type,name,target,article\n{line}\n"))
    assert f"line 2: {says}" in str(caught.value)


def test_a_missing_file_and_a_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="give the path of a CSV file"):
        load_catalog(tmp_path / "none.csv", None)
    (tmp_path / "latin.csv").write_bytes("name,type\nJosé,person\n".encode("latin-1"))
    with pytest.raises(CatalogError, match="save it as UTF-8"):
        load_catalog(tmp_path / "latin.csv", None)


def test_fingerprint_follows_the_rows(tmp_path: Path) -> None:
    one = load_catalog(written(tmp_path, GAZETTEER), None)
    again = load_catalog(written(tmp_path, f"# a note\n{GAZETTEER}"), None)
    other = load_catalog(written(tmp_path, GAZETTEER.replace("Q1", "Q2")), None)
    assert one.fingerprint == again.fingerprint != other.fingerprint


def test_a_name_of_two_rows_links_to_neither() -> None:
    rows = (GazetteerRow("Ada Lind", "person", ("Lind",)), GazetteerRow("Bo Lind", "person", ("Lind",)))
    assert set(gazetteer_links(Catalog(rows))) == {("person", "ada lind"), ("person", "bo lind")}


def test_ids_of_one_entity_under_several_names() -> None:
    assert entity_id_of("place", "DPRK") == entity_id_of("place", "North Korea")
    assert entity_id_of("person", "Ada M. Lind") == entity_id_of("person", "Mrs. Ada Lind")
    assert entity_id_of("organization", "The FBI") == entity_id_of("organization", "Federal Bureau of Investigation")
    given = entity_id_of("person", "Ada Lind")
    assert entity_id_of("person", given) == given
