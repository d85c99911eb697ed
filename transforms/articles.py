"""Articles: one decoded record to one cleaned document with its header fields, date, title and text.

The rules, in the order they are used:

- **Header.** Plain text and Markdown may open with header lines (``transforms.headers``); they leave the text. What
  they state goes before what the container states (JSON fields, HTML meta tags).
- **Title.** The header's or container's; else a first paragraph that reads like a headline and has a body below it.
  The text always starts with the title, once, and ``body_char_start`` is where the body starts.
- **Byline.** The header's or container's. A paragraph ``By Ada Osei`` directly below the headline is the byline too
  and leaves the text, as do ``Key: value`` lines there; a line that is only a date stays, for it is read as text.
- **Furniture.** Lines of links, credits, captions, notes of correction and the like leave the body
  (``transforms.furniture``); the dateline stays and is read into columns (``transforms.dateline_parts``).
- **Language.** Found in the text (``transforms.language``); what the document states is evidence beside it.
- **Date.** ``transforms.article_dates``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from transforms import ids
from transforms.article_dates import Dated, find_date
from transforms.dateline_parts import find_dateline
from transforms.datelines import has_dateline, read_date_line
from transforms.field_names import IGNORED
from transforms.furniture import is_furniture, is_note, take_furniture
from transforms.headers import keyed_line, read_front_matter, read_header
from transforms.language import detect_language, foreign_paragraphs
from transforms.marks import has_unpaired_marks
from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.records import Article, RawDocument, Reject
from transforms.text import clean_field, count_words, normalize_characters, split_paragraphs

SHORT_TEXT_WORDS = 30  # a body below this is a caption, a brief or what a paywall left
MIN_LINKS = 5  # of a list that is nothing else
MAX_HEADLINE_CHARS = 250
MAX_BYLINE_CHARS = 120
MAX_HEADLINE_WORDS = 32
# A first paragraph that ends in a full stop may be a short first sentence.
MAX_SENTENCE_HEADLINE_WORDS = 20
SHORT_HEADLINE_WORDS = 13
MIN_TITLE_CASE_SHARE = 0.8
N_LINES_BELOW_HEADLINE = 6

_WITH_HEADER = frozenset({"text/plain", "text/markdown"})
_CAPITALIZED = r"[A-ZÀ-ÞŠŽ][\w.'’-]*"
_PARTICLE = r"(?:and|&|de|da|del|der|den|di|du|la|le|van|von|bin|al|el|with|y)"
_BYLINE = re.compile(
    rf"(?:By|BY|by)\s+({_CAPITALIZED}(?:,?\s+(?:{_CAPITALIZED}|{_PARTICLE})){{1,8}})(?:\s*[|•,–—-].*)?"
)
_ADDRESS = re.compile(r"https?://|www\.")
_ISO_639 = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9-]+)?")
_LANGUAGE_CODES = {"english": "en", "eng": "en", "french": "fr", "german": "de", "spanish": "es"}
_SEVERAL_SENTENCES = re.compile(r"[a-z0-9”\"’)][.!?][”\"’)]?\s+[“\"‘(]?[A-Z]\w+\s+[a-z]")
_SMALL_WORDS = frozenset(
    {"about", "after", "amid", "before", "from", "into", "over", "than", "that", "their", "this", "with"}
)
_SENTENCE_WORDS = re.compile(r"\b(?:a|an|the|was|were|has|have|had|been|it|he|she|they)\b", re.I)
# Where they are no part of a name: Von and Di are, in other languages.
_BY = {"de": "von", "fr": "par", "es": "por", "pt": "por", "it": "di", "nl": "door", "sv": "av", "no": "av", "da": "af"}
_BY_ANY = re.compile(rf"\A(?:by|{'|'.join(sorted(set(_BY.values())))})\s", re.I)
_REPORTED = re.compile(r"”\s*(?:he|she|they)\b|\bsaid\b|\btold\b", re.I)
_COMPARED = re.compile(r"[\W_]+")
_POINT = re.compile(r"[*•–-] \S")  # one of the points in which agencies sum a story up


class _Layout(NamedTuple):
    """The paragraphs of a document sorted out: ``title`` first where there is one, then ``body``."""

    title: str | None
    body: list[str]
    stated: dict[str, str]  # by the lines below the headline


def build_article(raw: RawDocument) -> Article | Reject:
    """The article of a raw document, or a Reject where no text is left below its header, or links alone."""
    header, text = _read_header(raw)
    layout = _lay_out(split_paragraphs(text), header.get("title") or clean_field(raw.fields.get("title")))
    if not layout.body or not any(ch.isalnum() for paragraph in layout.body for ch in paragraph):
        detail = "a header and no text below it" if header or layout.title else "no words"
        return Reject(raw.source_uri, raw.record_index, raw.source_sha256, "articles", "no_text", detail)
    if _is_list_of_links(layout.body):
        detail = "a list of addresses"
        return Reject(raw.source_uri, raw.record_index, raw.source_sha256, "articles", "not_an_article", detail)
    furniture = take_furniture(layout.body)
    fields = {**layout.stated, **raw.fields, **header}
    header = layout.stated | header
    layout = layout._replace(body=_without_byline(furniture.body, fields.get("byline")))
    dated = find_date(header, raw, layout.body)
    text = PARAGRAPH_BREAK.join([layout.title, *layout.body] if layout.title else layout.body)
    dateline = find_dateline(layout.body).completed(clean_field(fields.get("dateline_place")))
    detected = detect_language(text, _stated_language(fields))
    foreign = foreign_paragraphs(text.split(PARAGRAPH_BREAK), detected.language)
    return Article(
        article_id=ids.article_id(raw.source_uri, raw.record_key),
        source_uri=raw.source_uri,
        record_key=raw.record_key,
        record_index=raw.record_index,
        source_sha256=raw.source_sha256,
        media_type=raw.media_type,
        encoding=raw.encoding,
        text=text,
        body_char_start=len(layout.title) + len(PARAGRAPH_BREAK) if layout.title else 0,
        published_date=dated.date,
        date_method=dated.method,
        date_precision=dated.precision,
        dateline_place=dateline.place,
        dateline_date=dateline.day(dated.date),
        wire_agency=dateline.agency,
        title=layout.title,
        byline=_byline(fields, detected.language),
        publisher=_publisher(fields),
        section=clean_field(fields.get("section")),
        url=clean_field(fields.get("url")),
        language=detected.language,
        language_score=detected.score,
        paragraph_languages=foreign,
        correction=furniture.correction,
        n_chars_removed=furniture.n_chars_removed,
        quality_flags=_quality_flags(raw, layout, dated, bool(foreign)),
    )


def _is_list_of_links(body: list[str]) -> bool:
    """Whether most of the words are addresses: lines of them may have been joined."""
    words = [word for paragraph in body for word in paragraph.split(" ")]
    n_links = sum(1 for word in words if _ADDRESS.match(word))
    return n_links >= MIN_LINKS and 2 * n_links > len(words)


def _read_header(raw: RawDocument) -> tuple[dict[str, str], str]:
    if raw.media_type not in _WITH_HEADER:
        return {}, normalize_characters(raw.text)
    header, text = read_front_matter(raw.text)
    rest = normalize_characters(text)
    if not header:
        header, rest = read_header(rest)
    return {name: cleaned for name, value in header.items() if (cleaned := clean_field(value))}, rest


def _byline(fields: Mapping[str, str], language: str | None) -> str | None:
    byline = (clean_field(fields.get("byline")) or "").strip(" ,;")
    own = _BY.get(language or "", "by")
    return re.sub(rf"^(?:by|{own}):?\s+", "", byline, flags=re.I) or None


def _publisher(fields: Mapping[str, str]) -> str | None:
    """Who published it: "the Gazette" and "The Gazette" are one, so that counts by publisher are right."""
    return re.sub(r"^the (?=[A-Z])", "The ", clean_field(fields.get("publisher")) or "") or None


def _stated_language(fields: Mapping[str, str]) -> str | None:
    stated = (clean_field(fields.get("language")) or "").lower()
    code = _ISO_639.fullmatch(stated)
    return code[1] if code else _LANGUAGE_CODES.get(stated)


# Headline and the lines below it


def _lay_out(paragraphs: list[str], stated_title: str | None) -> _Layout:
    if stated_title:
        repeats = bool(paragraphs) and _is_same_headline(paragraphs[0], stated_title)
        title, rest = (paragraphs[0], paragraphs[1:]) if repeats else (stated_title, paragraphs)
    elif reads_like_headline(paragraphs):
        title, rest = paragraphs[0], paragraphs[1:]
    else:
        return _Layout(None, paragraphs, {})
    stated, body = _take_lines_below(rest)
    return _Layout(title, body, stated)


def _is_same_headline(paragraph: str, title: str) -> bool:
    """Whether a first paragraph is the stated title, be it with the site's name behind it in the one or other."""
    if len(paragraph) > MAX_HEADLINE_CHARS:
        return False
    first, second = sorted((_comparable(paragraph), _comparable(title)), key=len)
    return first == second or (len(first) >= 20 and second.startswith(first) and len(second) - len(first) <= 30)


def _comparable(text: str) -> str:
    return _COMPARED.sub("", text).casefold()


def reads_like_headline(paragraphs: list[str]) -> bool:
    """Whether the first paragraph is a headline: short, one clause, and the body below it goes on longer."""
    if len(paragraphs) < 2:
        return False
    first = paragraphs[0]
    n_words = count_words(first)
    if not 1 <= n_words <= MAX_HEADLINE_WORDS or len(first) > MAX_HEADLINE_CHARS:
        return False
    if read_date_line(first) or has_dateline(first) or first.endswith((":", ",")):
        return False
    if not _goes_on_longer(paragraphs, min(n_words, 8)):
        return False
    if has_dateline(paragraphs[1]) or "; " in first or _is_title_case(first):
        return True
    return not _SEVERAL_SENTENCES.search(first) and _lacks_sentence_grammar(first, n_words)


def _is_title_case(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]{4,}", text) if word.lower() not in _SMALL_WORDS]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= MIN_TITLE_CASE_SHARE * len(words)


def _lacks_sentence_grammar(text: str, n_words: int) -> bool:
    """Without a full stop, or so short or so sparing of articles and auxiliaries that it is a headline with one."""
    if not text.rstrip("\"'”’»)").endswith("."):
        return True
    if n_words > MAX_SENTENCE_HEADLINE_WORDS or _REPORTED.search(text):
        return False
    return n_words <= SHORT_HEADLINE_WORDS or not _SENTENCE_WORDS.search(text)


def _goes_on_longer(paragraphs: list[str], n_words: int) -> bool:
    return any(count_words(paragraph) > n_words for paragraph in paragraphs[1 : 2 + N_LINES_BELOW_HEADLINE])


def _take_lines_below(paragraphs: list[str]) -> tuple[dict[str, str], list[str]]:
    """What the lines directly below the headline state, and the paragraphs without those lines."""
    stated: dict[str, str] = {}
    kept: list[str] = []
    for number, paragraph in enumerate(paragraphs[:N_LINES_BELOW_HEADLINE]):
        byline = _BYLINE.fullmatch(paragraph) if len(paragraph) <= MAX_BYLINE_CHARS else None
        keyed = keyed_line(paragraph)
        if byline and "byline" not in stated:
            stated["byline"] = byline[1]
        elif keyed and keyed[0] not in stated and keyed[0] != "title":
            stated[keyed[0]] = keyed[1]
        elif read_date_line(paragraph) or _POINT.match(paragraph) or is_furniture(paragraph) or is_note(paragraph):
            kept.append(paragraph)
        else:
            return _known(stated), kept + paragraphs[number:]
    return _known(stated), kept + paragraphs[N_LINES_BELOW_HEADLINE:]


def _without_byline(body: list[str], stated: str | None) -> list[str]:
    """A body without the line below its headline that repeats the byline."""
    byline = _own_name(stated or "")
    is_repeated = [bool(byline) and _own_name(paragraph) == byline for paragraph in body[:N_LINES_BELOW_HEADLINE]]
    kept = [paragraph for paragraph, repeats in zip(body, is_repeated, strict=False) if not repeats]
    return [*kept, *body[N_LINES_BELOW_HEADLINE:]] or body


def _own_name(byline: str) -> str:
    return _comparable(_BY_ANY.sub("", byline.strip())) if len(byline) <= MAX_BYLINE_CHARS else ""


def _known(stated: dict[str, str]) -> dict[str, str]:
    return {column: value for column, value in stated.items() if value and column != IGNORED}


# Quality


def _quality_flags(raw: RawDocument, layout: _Layout, dated: Dated, is_mixed: bool) -> tuple[str, ...]:
    checks = {
        "no_title": layout.title is None,
        "no_date": dated.date is None,
        "ambiguous_date": dated.is_ambiguous,
        "short_text": sum(map(count_words, layout.body)) < SHORT_TEXT_WORDS,
        "unbalanced_quotes": has_unpaired_marks(PARAGRAPH_BREAK.join(layout.body)),
        "replacement_characters": "\ufffd" in raw.text,
        "mixed_language": is_mixed,
    }
    return tuple(dict.fromkeys((*raw.quality_flags, *(flag for flag, holds in checks.items() if holds))))
