"""Articles in a language that the annotator does not know get articles and sentences, and nothing invented."""

from __future__ import annotations

import json

from tests.fakes import FakeAnnotator
from tests.pieces import refresh, rows_of
from tests.unit.test_language import ENGLISH, FRENCH


class English(FakeAnnotator):
    languages = frozenset({"en"})

    def annotate(self, texts):
        assert not any("couronnes" in text for text in texts)
        return super().annotate(texts)


QUOTED = "“Nous allons voir,” said Anna Smith. Anna Smith est partie."


def test_a_language_nobody_reads_gets_sentences_and_a_flag(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "fr.txt").write_text(f"{FRENCH} {QUOTED}")
    (tmp_path / "seeds" / "en.txt").write_text(f"{ENGLISH} {QUOTED}")
    refresh(tmp_path / "seeds", tmp_path / "data", annotator=English())
    english, french = sorted(rows_of(tmp_path / "data", "articles"), key=lambda row: row["source_uri"])
    assert (french["language"], "not_annotated" in french["quality_flags"]) == ("fr", True)
    assert (french["n_sentences"], french["n_quotes"]) == (3, 0)
    assert (english["language"], english["n_quotes"]) == ("en", 1)
    assert "not_annotated" not in english["quality_flags"]
    for table in ("quotes", "entity_mentions"):
        assert {row["article_id"] for row in rows_of(tmp_path / "data", table)} == {english["article_id"]}


def test_a_paragraph_in_another_language_gets_sentences_that_say_so_and_nothing_invented(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text(
        f"{ENGLISH}\n\n{FRENCH.replace('couronnes', 'francs')} {QUOTED}\n\n{ENGLISH}"
    )
    refresh(tmp_path / "seeds", tmp_path / "data", annotator=English())
    (row,) = rows_of(tmp_path / "data", "articles")
    assert (row["language"], row["n_quotes"], row["quality_flags"]) == (
        "en",
        0,
        ["no_title", "no_date", "mixed_language"],
    )
    languages = [sentence["language"] for sentence in rows_of(tmp_path / "data", "sentences")]
    assert (languages[0], languages[-1], {*languages[1:-1]}) == (None, None, {"fr"})
    assert "Anna Smith" not in {mention["text"] for mention in rows_of(tmp_path / "data", "entity_mentions")}


def test_the_same_words_stated_to_be_in_another_language_are_not_annotated_whichever_comes_first(tmp_path):
    text = "“Alpha Beta,” said Anna Smith."
    stated = [{"id": code, "text": text, "lang": code} for code in ("sv", "en", "fr")]
    for order in (stated, stated[::-1]):
        folder = tmp_path / order[0]["id"]
        folder.mkdir()
        (folder / "a.jsonl").write_text("\n".join(map(json.dumps, order)))
        refresh(folder, folder / "data", annotator=English())
        n_quotes = {row["language"]: row["n_quotes"] for row in rows_of(folder / "data", "articles")}
        assert n_quotes == {"en": 1, "sv": 0, "fr": 0}
