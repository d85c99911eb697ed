from __future__ import annotations

import pytest

from tests.unit.test_articles import article
from transforms.language import Detected, detect_language, foreign_paragraphs, is_known, without_foreign
from transforms.records import Annotation, Article, Attribution, Mention, Span
from transforms.sentence_splitting import split_by_script

ENGLISH = "The council of Port Calder voted on Wednesday night to charge cruise ships four crowns for every passenger."
FRENCH = "Le conseil municipal a décidé mercredi soir de faire payer quatre couronnes à chaque passager des navires."
JAPANESE = "港の町の議会は水曜日の夜、客船の乗客一人につき四クローネの料金を課すことを決めた。"
SWEDISH = "Kommunfullmäktige i hamnstaden beslutade på onsdagskvällen att ta ut fyra kronor av varje passagerare."
KNOWN = frozenset({"en"})


def of(language: str | None, text: str) -> Article:
    return Article("a", "a.txt", 0, "0", "text/plain", "utf-8", text, 0, language=language)


@pytest.mark.parametrize(
    ("text", "language"), [(ENGLISH, "en"), (FRENCH, "fr"), (JAPANESE, "ja"), (SWEDISH, "sv"), (ENGLISH.upper(), "en")]
)
def test_a_sentence_of_news_tells_its_language(text: str, language: str) -> None:
    found = detect_language(text)
    assert found.language == language
    assert found.score is not None and found.score > 0.9


def test_a_page_that_says_english_and_is_japanese_is_japanese() -> None:
    assert detect_language(JAPANESE, "en").language == "ja"


def test_a_few_paragraphs_of_another_script_do_not_turn_a_text() -> None:
    text = f"{ENGLISH}\n\n{JAPANESE}\n\n{JAPANESE}\n\n" + "\n\n".join([ENGLISH] * 5)
    assert detect_language(text).language == "en"


def test_what_is_stated_decides_a_text_of_a_word_and_raises_the_score_of_a_longer_one() -> None:
    assert detect_language("Port Calder") == Detected(None, None)
    assert detect_language("Port Calder", "sv").language == "sv"
    short = "The ferry will sail on Wednesday."
    bare, stated = detect_language(short), detect_language(short, "en")
    assert bare.score is not None and stated.score is not None
    assert (bare.language, stated.language) == ("en", "en")
    assert bare.score < stated.score <= 1


@pytest.mark.parametrize("text", ["", "1 204 56.7 8", "https://a.example/x?y=1"])
def test_what_is_no_language_has_none(text: str) -> None:
    assert detect_language(text) == Detected(None, None)


def test_only_a_whole_paragraph_in_another_language_makes_an_article_mixed() -> None:
    quoting = f"{ENGLISH} “Le conseil a décidé,” the mayor said."
    assert not foreign_paragraphs([ENGLISH, quoting, "Le conseil a décidé."], "en")
    assert foreign_paragraphs([ENGLISH, FRENCH, ENGLISH, JAPANESE], "en") == ((1, "fr"), (3, "ja"))
    assert not foreign_paragraphs([ENGLISH, FRENCH], None)


def test_in_a_paragraph_that_nobody_reads_only_sentences_are_found() -> None:
    text = "\n\n".join([ENGLISH, "港の町の議会は決めた。「よい夜だ。」と町長は言った。", ENGLISH])
    second, third = Span(len(ENGLISH) + 2, len(text) - len(ENGLISH) - 2), Span(len(text) - len(ENGLISH), len(text))
    mixed = Article(
        "a", "a.txt", 0, "0", "text/plain", "utf-8", text, 0, language="en", paragraph_languages=((1, "ja"),)
    )
    found = Annotation(
        (Span(0, len(ENGLISH)), second, third),
        tuple(Mention(Span(at, at + 3), "place", "name", 1.0) for at in (15, second.char_start)),
        (Attribution((Span(second.char_start, second.char_start + 5),), None, None, 1.0),),
    )
    kept = without_foreign(mixed, found, KNOWN)
    assert [text[slice(*span)][:4] for span in kept.sentences] == ["The ", "港の町の", "「よい夜", "と町長は", "The "]
    assert ([mention.span.char_start for mention in kept.mentions], kept.attributions) == ([15], ())
    assert without_foreign(mixed, found, KNOWN | {"ja"}) == found


def test_an_article_is_known_by_its_language_or_by_its_letters_where_nobody_can_tell() -> None:
    assert is_known(of("en", ENGLISH), KNOWN)
    assert not is_known(of("fr", FRENCH), KNOWN)
    assert is_known(of(None, "Port Calder"), KNOWN)
    assert not is_known(of(None, "東京"), KNOWN)


def test_an_article_has_its_language_with_a_score() -> None:
    built = article(f"{FRENCH}\n\n{FRENCH}\n\n{ENGLISH}", language="en-GB")
    assert built.language == "fr"
    assert built.language_score is not None and 0 < built.language_score <= 1
    assert "mixed_language" in built.quality_flags
    assert "mixed_language" not in article(f"{ENGLISH}\n\n{ENGLISH}").quality_flags


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("zh", ["市议会星期三投票。", "“很好！”", "市长说。"]),
        ("ja", ["議会は決めた。", "「よい夜だ。」", "町長は言った"]),
        ("ar", ["صوت المجلس يوم الأربعاء.", "هل تعود السفن؟", "لا أحد يعلم"]),
        ("ur", ["کونسل نے فیصلہ کیا۔", "کیا جہاز آئیں گے؟"]),
        ("hi", ["परिषद ने फैसला किया।", "क्या जहाज आएंगे?"]),
        ("th", ["สภาเมืองลงมติเมื่อวันพุธ เรือจะกลับมาหรือไม่"]),
        ("am", ["ምክር ቤቱ ወሰነ።", "መርከቦች ይመለሳሉ።"]),
        ("de", ["Der Rat stimmte am Mittwoch ab.", "Kommen die Schiffe zurück?", "Niemand weiß es."]),
    ],
)
def test_sentences_end_where_the_script_ends_them(language: str, sentences: list[str]) -> None:
    glue = "" if language in ("zh", "ja") else " "
    text = f"{glue.join(sentences)}\n\n{sentences[0]}"
    spans = split_by_script(text, language)
    assert [text[start:end] for start, end in spans] == [*sentences, sentences[0]]


@pytest.mark.parametrize("language", ["zh", "ar", "hi", "th", "fr", None])
def test_the_sentences_cover_every_letter(language: str | None) -> None:
    text = "…。!? a۔ b।” \n\n ؟) x。。」 y. Z\n\n។"
    covered = {at for start, end in split_by_script(text, language) for at in range(start, end)}
    assert all(at in covered or text[at].isspace() for at in range(len(text)))
