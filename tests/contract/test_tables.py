"""The declarations themselves: complete, consistent, and in step with the design's fixed names."""

from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.schema import ContractError, arrow_schema, check_tables, conform, find_problems
from transforms.tables import BY_NAME, PART_TABLES, TABLES

FIXED_NAMES = {
    "articles": "article_id source_uri record_index source_sha256 media_type encoding published_date date_method title"
    " byline publisher section url language text body_char_start text_sha256 n_chars n_words n_paragraphs n_sentences"
    " n_quotes n_attributions quality_flags",
    "sentences": "sentence_id article_id sentence_index paragraph_index char_start char_end text n_words is_headline",
    "quotes": "quote_id article_id quote_index quote_type attribution_type text char_start char_end segments"
    " first_sentence_id last_sentence_id cue_text cue_lemma cue_char_start cue_char_end speaker_text"
    " speaker_char_start speaker_char_end speaker_mention_type speaker_name speaker_role speaker_entity_id"
    " speaker_status attribution_method confidence",
    "entity_mentions": "mention_id article_id sentence_id entity_id text entity_type mention_type char_start char_end"
    " quote_id confidence",
    "entities": "entity_id name entity_type aliases external_id n_mentions n_articles n_quotes n_attributions"
    " first_published_date last_published_date country_code latitude longitude",
    "quarantine": "source_uri record_index source_sha256 stage reason detail",
}


@pytest.mark.parametrize("table", FIXED_NAMES)
def test_the_names_users_rely_on_are_there(table):
    assert set(FIXED_NAMES[table].split()) <= {column.name for column in BY_NAME[table].columns}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_column_explains_itself_in_the_parquet_metadata(table):
    for field in arrow_schema(table):
        assert field.metadata[b"description"].decode().strip().endswith(".")


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_references_and_offset_checks_name_real_columns(table):
    names = {column.name for column in table.columns}
    assert table.key is None or table.key in names
    for column in table.columns:
        assert column.references is None or BY_NAME[column.references].key
    for check in table.offsets:
        assert {check.start, check.end} <= names
        assert check.text is None or check.text in names


def test_no_rows_conform():
    tables = conform({})
    assert set(tables) == {table.name for table in PART_TABLES}
    assert all(data.num_rows == 0 for data in tables.values())


def sentence(**changes):
    row = {
        "sentence_id": "a-s00000",
        "article_id": "a",
        "sentence_index": 0,
        "paragraph_index": 0,
        "char_start": 0,
        "char_end": 2,
        "text": "Hi",
        "n_words": 1,
        "is_headline": False,
        "language": None,
    }
    return row | changes


def article(**changes):
    row = {column.name: None for column in BY_NAME["articles"].columns} | {
        "article_id": "a",
        "source_uri": "a.txt",
        "record_index": 0,
        "record_key": "0",
        "n_chars_removed": 0,
        "source_sha256": "0" * 64,
        "media_type": "text/plain",
        "encoding": "utf-8",
        "date_method": "none",
        "text": "Hi there",
        "body_char_start": 0,
        "text_sha256": "0" * 64,
        "copy_cluster_id": "a",
        "n_chars": 8,
        "n_words": 2,
        "n_paragraphs": 1,
        "n_sentences": 1,
        "n_quotes": 0,
        "n_attributions": 0,
        "quality_flags": [],
    }
    return row | changes


def test_sound_rows_conform():
    check_tables(conform({"articles": [article()], "sentences": [sentence()]}))


@pytest.mark.parametrize(
    ("articles", "sentences", "complaint"),
    [
        ([article()], [sentence(text="Ho")], "does not fit"),
        ([article()], [sentence(char_end=99)], "does not fit"),
        ([article()], [sentence(article_id="b")], "not in articles"),
        ([article()], [sentence(), sentence()], "stands twice"),
        ([article(date_method="guess")], [], "not in its vocabulary"),
        ([article(quality_flags=["odd"])], [], "not in its vocabulary"),
        ([article(encoding=None)], [], "null"),
        ([article(n_chars="eight")], [], "articles"),
        ([article(extra=1)], [], "columns"),
    ],
)
def test_a_breach_is_named(articles, sentences, complaint):
    with pytest.raises(ContractError, match=complaint):
        conform({"articles": articles, "sentences": sentences})


def run(char_start: int, char_end: int, **changes):
    place = {"article_id": "a", "char_start": char_start, "char_end": char_end, "byte_start": 0, "byte_end": 2}
    return {**place, "bytes_per_char": 1, "written": "plain"} | changes


def test_runs_that_follow_each_other_conform():
    check_tables(conform({"articles": [article()], "offset_map": [run(0, 2), run(4, 6), run(2, 4)]}))


@pytest.mark.parametrize(
    ("runs", "complaint"),
    [
        ([run(0, 3), run(2, 4)], "overlap"),
        ([run(2, 2)], "empty"),
        ([run(0, 2, byte_end=0)], "empty"),
        ([run(0, 9)], "does not fit"),
        ([run(0, 2, written="guessed")], "not in its vocabulary"),
        ([run(0, 2, article_id="b")], "not in articles"),
    ],
)
def test_runs_that_overlap_or_are_empty_are_a_breach(runs, complaint):
    with pytest.raises(ContractError, match=complaint):
        conform({"articles": [article()], "offset_map": runs})


def test_wrong_columns_are_reported_not_raised():
    assert list(find_problems({"sentences": pa.table({"x": [1]})})) == [
        "sentences: columns or types differ from the declaration"
    ]
