"""The converters, on small texts written in each corpus's format."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.convert import gum, newswire, polnear


def test_brat_events_become_attributions() -> None:
    standoff = (
        "T1\tSource 0 6\tThe mayor\n"
        "T2\tCue 7 11\tsaid\n"
        "T3\tContent 12 20;30 41\tit rained in the hills\n"
        "T4\tAttribution 7 11\tsaid\n"
        "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
        "T5\tCue 50 58\treported\n"
        "T6\tContent 60 70\tno trains\n"
        "E2\tAttribution-no-source:T5 Content:T6 Cue:T5\n"
        "T7\tDiscuss 0 41\tnothing that counts\n"
    )
    assert polnear.parse_attributions(standoff) == [
        {"source": [[0, 6]], "cue": [[7, 11]], "content": [[12, 20], [30, 41]]},
        {"source": [], "cue": [[50, 58]], "content": [[60, 70]]},
    ]


def test_polnear_takes_one_annotator_an_article(tmp_path: Path) -> None:
    for split in ("train", "dev"):
        folder = tmp_path / "data" / split
        (folder / "text").mkdir(parents=True)
        (folder / "attributions").mkdir()
        (folder / "text" / "paper_2020_rain.txt").write_text("Ann said it rained.", encoding="utf8")
        for annotator in ("b2", "a1"):
            standoff = f"T1\tCue 4 8\tsaid\nT2\tContent 9 18\t{annotator}\nE1\tAttribution:T1 Cue:T1 Content:T2\n"
            (folder / "attributions" / f"paper_2020_rain_{annotator}.ann").write_text(standoff, encoding="utf8")
    found = dict(polnear.splits(tmp_path))
    assert list(found) == ["polnear/train.jsonl", "polnear/dev.jsonl"]
    assert [record["id"] for record in found["polnear/dev.jsonl"]] == ["paper_2020_rain"]


def test_tokens_are_placed_in_the_article() -> None:
    text = "Ana Lima's bank, in Porto."
    table = "Ana\tB-Person\nLima\tI-Person\n's\tO\nbank\tO\n,\tO\n\nin\tO\nPorto\tB-Location\tB-Organization\n.\tO\n"
    tokens = newswire.read_tokens(table)
    spans = newswire.place_tokens(text, tokens)
    assert spans is not None
    entities = newswire.entities_of(spans, [label for _, label in tokens])
    assert [(text[s:e], kind) for s, e, kind in entities] == [("Ana Lima", "Person"), ("Porto", "Location")]


def test_tokens_of_another_article_are_refused() -> None:
    assert newswire.place_tokens("It rained.", [("It", "O"), ("snowed", "O")]) is None


def test_gum_paragraphs_and_sentences() -> None:
    conllu = (
        "# newpar\n# text = Rain stops play\n1\tRain\n\n# newpar\n# text = It rained.\n1\tIt\n\n# text = All day.\n"
    )
    record = gum.record_of("GUM_news_rain", conllu)
    assert record["text"] == "Rain stops play\n\nIt rained. All day."
    assert [record["text"][s:e] for s, e in record["sentences"]] == ["Rain stops play", "It rained.", "All day."]


@pytest.mark.parametrize("module", [polnear, newswire, gum])
def test_another_folder_is_no_corpus(module: object, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(module.splits(tmp_path))  # type: ignore[attr-defined]
