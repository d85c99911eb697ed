"""What the exports of press databases have in common: lines that state a date, a section, a length or a copyright."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.dates import parse_date

_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:er|re|º|\.)?\s+(?:de\s+|of\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d)")
_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_PLACE_IN_PAPER = re.compile(
    r"(?:pg|pag|pág|pagina|página|blz|bl|page|pp?|s|seite|column|col|part|version|edition|section|vol(?:ume)?|no|issue"
    r"|book|zone)\b\.?\s*(?:[:#]\s*)?[A-Z]{0,4}\d*[A-Z]?(?:[-–,]\s*\d+)*|\d+|ausg(?:abe|\.)\s.{1,40}",
    re.I,
)
COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\))\s*(?:(?:©|\(c\))\s*)?\d{4}|(?:copyright|©)\s+\S|all rights reserved|tous droits réservés"
    r"|alle rechte vorbehalten|todos los derechos reservados|tutti i diritti riservati|alle rechten voorbehouden",
    re.I,
)
MAX_COPYRIGHT_CHARS = 400
LENGTH_UNIT = r"(?:words|mots|wörter|worte|palabras|parole|palavras|woorden|ord)\b"
LENGTH = re.compile(rf"[\d.,\s]*\d\s+{LENGTH_UNIT}", re.I)


def find_date(line: str) -> str | None:
    """The first day that a line states, in any language that dates are read in, as YYYY-MM-DD."""
    for found in sorted((*_DAY_FIRST.finditer(line), *_MONTH_FIRST.finditer(line)), key=lambda found: found.start()):
        day, month = (found[1], found[2]) if found[1].isdigit() else (found[2], found[1])
        if iso := parse_date(f"{day} {month.lower()} {found[3]}"):
            return iso
    if asian := _ASIAN.search(line):
        return parse_date("-".join((asian[1], asian[2].zfill(2), asian[3].zfill(2))))
    numeric = _NUMERIC.search(line)
    return parse_date(numeric[0]) if numeric else None


def is_date_line(line: str) -> bool:
    """Whether a line is a date, with at most a weekday, an hour or an edition around it."""
    return len(line) <= MAX_DATE_LINE_CHARS and find_date(line) is not None


MAX_DATE_LINE_CHARS = 120


def section_name(stated: str) -> str:
    """A section without the pages, columns and editions that are named with it: "Sports; Pg. 3" is "Sports"."""
    parts = (part.strip() for part in re.split(r"[;,]", stated))
    return "; ".join(part for part in parts if part and not _PLACE_IN_PAPER.fullmatch(part))


_PLACE_OF_PAPER = re.compile(r"\((?=[A-ZÀ-Þ])[^()\d]{3,40}\)\Z")


def publication_name(stated: str) -> str:
    """A publication without the place that tells it from others of its name: "The Guardian(London)"."""
    name = " ".join(stated.split()).partition(" Supplied by ")[0]
    return _PLACE_OF_PAPER.sub("", name).strip() or name


def is_copyright(paragraph: str) -> bool:
    """Whether a paragraph is a notice of copyright and nothing else."""
    return len(paragraph) <= MAX_COPYRIGHT_CHARS and COPYRIGHT.match(paragraph.strip()) is not None


def without_copyright(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs without notices of copyright at their start and end."""
    first, last = 0, len(paragraphs)
    while last > first and (is_copyright(paragraphs[last - 1]) or not paragraphs[last - 1].strip()):
        last -= 1
    while first < last and is_copyright(paragraphs[first]):
        first += 1
    return list(paragraphs[first:last])


LANGUAGES = {
    **dict.fromkeys(("english", "anglais", "englisch", "inglés", "inglese", "engels"), "en"),
    **dict.fromkeys(("french", "français", "francais", "französisch", "francés", "francese", "frans"), "fr"),
    **dict.fromkeys(("german", "deutsch", "allemand", "alemán", "tedesco", "duits"), "de"),
    **dict.fromkeys(("spanish", "español", "espagnol", "spanisch", "spagnolo", "spaans"), "es"),
    **dict.fromkeys(("italian", "italiano", "italien", "italienisch", "italiaans"), "it"),
    **dict.fromkeys(("dutch", "nederlands", "néerlandais", "niederländisch", "holandés", "olandese"), "nl"),
    **dict.fromkeys(("portuguese", "português", "portugais", "portugiesisch", "portugués", "portoghese"), "pt"),
    **dict.fromkeys(("danish", "dansk"), "da"),
    **dict.fromkeys(("swedish", "svenska"), "sv"),
    **dict.fromkeys(("norwegian", "norsk"), "no"),
    **dict.fromkeys(("polish", "polski"), "pl"),
    **dict.fromkeys(("russian", "russe", "русский"), "ru"),
    **dict.fromkeys(("chinese", "chinois"), "zh"),
    **dict.fromkeys(("japanese", "japonais"), "ja"),
    **dict.fromkeys(("arabic", "arabe"), "ar"),
}


def language_code(stated: str) -> str:
    """The ISO 639-1 code of a language as databases name it: "ENGLISH; ENGLISHS" is "en"; "" for an unknown one."""
    found = re.match(r"[^\W\d_]+", stated.strip())
    if found is None:
        return ""
    name = found[0].lower()
    return name if len(name) == 2 else LANGUAGES.get(name, "")
