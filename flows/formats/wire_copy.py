"""The lines of agency copy: which of them are its headline, byline, notes and trailer, and which its text.

Lines above the text may carry a sign (``^`` in ANPA 1312, several in ZCZC messages), or end in ``=`` as a block (dpa).
Below it stand notes to editors, a sign-off and the group of date and time.
"""

from __future__ import annotations

import re

from transforms.dates import to_iso

MIN_HEADLINE_LETTERS = 8  # what has fewer is a code, or a day
MAX_HEAD_LINES = 8  # of a block that ends in =
MIN_WRAPPED_CHARS = 50  # a line of a headline that goes on in the next is about as long as lines are

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE_GROUP = re.compile(
    r"(?<!\d)(\d{2})(\d{2})(\d{2})[A-Z]?(?:\s[A-Z]{3,4})?\s+([A-Za-z]{3})[a-z]*\.?\s+(\d{2}(?:\d{2})?)(?!\d)"
)
_ANPA_DATE = re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})-(\d{2}(?:\d{2})?)\s+\d{4}")
_ANPA_TRAILER = re.compile(r"(?P<agency>[A-Z]{2,4})-[A-Z]{2}-\d{1,2}-\d{1,2}-\d{2,4}\s+\d{4}[A-Z]{0,4}")
_BYLINE = re.compile(r"(?:by|von|par|por|di)\s+(\S.{2,80})", re.I)
_NOTE = re.compile(r"(?:eds?|editors?)\b[:.]|(?:with )?ap photos?\b|editor.s note\b|photos?:", re.I)
_SLUG = re.compile(r"[A-Z]{2}-.{2,100},\s?\d{1,5}")  # BC-US--Crane, 1st Ld,127: the name of the story, and its words
_LABEL = re.compile(r"\(.{1,40}\)|[A-Z0-9/ .-]{2,30}")  # (Achtung), 1ST LEAD
# What a line of a ZCZC message is, by its first character.
_SIGNED = re.compile(r"([%#$:&*@~+=^!/]|[A-Z]{2}#)(.*)")
_ROUTING = re.compile(r"(?:YY|HH|PP|RR)\b[ A-Z0-9()]*")
_HEADLINE_SIGNS = ("TI#", "^", "$", ":", "#")
_BELOW = re.compile(
    r"# \S.{0,40}|.{0,80}\bnot (?:intended )?for publication\b.{0,40}"
    r"|.{0,80}nicht (?:zur|für die) Veröffentlichung\b.*",
    re.I,
)
_SIGN_OFF = re.compile(r"[a-z]{2,4}(?: [a-z]{2,4}){1,8}|\*(?: \*)+")


def split_caret_lines(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """What the lines before the text state, and the text: of a message that is such lines alone, those below the first.

    The first with a caret that is no slug is the headline, one of them may be the byline.
    """
    above: dict[str, str] = {}
    slug, below = "", []
    for number, line in enumerate(lines):
        value = line.strip().strip("^<=> ")
        if not value:
            continue
        if not line.strip().startswith("^"):
            return _titled(above, slug), lines[number:]
        if byline := _BYLINE.fullmatch(value):
            above.setdefault("byline", byline[1])
        elif not slug and "title" not in above and _SLUG.fullmatch(value):
            slug = value
        elif "title" not in above and not _NOTE.match(value):
            above["title"] = value
        else:
            below.append(value)
    return _titled(above, slug), below


def _titled(above: dict[str, str], slug: str) -> dict[str, str]:
    return {"title": slug, **above} if slug else above


def split_block(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The same where a block of lines above the text ends in ``=``: slug, labels, headline, byline."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    end = next(
        (n for n in range(first, min(first + MAX_HEAD_LINES, len(lines))) if lines[n].rstrip().endswith("=")), None
    )
    if end is None or not all(line.strip() for line in lines[first:end]):
        return {}, lines
    above: dict[str, str] = {}
    titles: list[str] = []
    for line in (line.strip().rstrip("= ") for line in lines[first : end + 1]):
        byline = _BYLINE.fullmatch(line)
        if byline and titles:
            above["byline"] = byline[1]
        elif not line.endswith("/") and not _LABEL.fullmatch(line):
            titles = [*titles, line] if titles and len(titles[-1]) >= MIN_WRAPPED_CHARS else [line]
    return {"title": " ".join(titles), **above}, lines[end + 1 :]


def split_signed_lines(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The same for lines that begin with a sign; of several that may be the headline the surest is."""
    signed: dict[str, str] = {}
    for number, line in enumerate(lines):
        found = _SIGNED.fullmatch(line.strip())
        if line.strip() and not found and not _ROUTING.fullmatch(line.strip()):
            return _signed_fields(signed), lines[number:]
        if found and found[2].strip():
            signed.setdefault(found[1], found[2].strip())
    return _signed_fields(signed), []


def _signed_fields(signed: dict[str, str]) -> dict[str, str]:
    stated = (signed.get(sign, "").strip("<! ") for sign in _HEADLINE_SIGNS)
    title = next((value for value in stated if sum(map(str.isalpha, value)) >= MIN_HEADLINE_LETTERS), "")
    return {"title": title, "published_date": signed.get("PD#", "")}


# Below the text


def split_trailer(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    """The text without the notes and codes below it, and what those state."""
    end = next((number for number, line in enumerate(lines) if number and _BELOW.fullmatch(line.strip())), len(lines))
    stated = trailer_fields("\n".join(lines[end:])) if end < len(lines) else {}
    while end > 1 and _is_below(lines[end - 1].strip(" \t<")):
        end -= 1
        stated = trailer_fields(lines[end]) | stated
    return lines[:end], stated


def _is_below(line: str) -> bool:
    return not line or any(found.fullmatch(line) for found in (_SIGN_OFF, _DATE_GROUP, _ANPA_TRAILER))


def trailer_fields(trailer: str) -> dict[str, str]:
    """The day of the date and time group behind a text: ``110900 JUL 21``, or ``AP-WF-07-11-21 0900GMT``."""
    group, found, agency = _DATE_GROUP.search(trailer), _ANPA_DATE.search(trailer), _ANPA_TRAILER.search(trailer)
    day: str | None = None
    if group and group[4].lower() in _MONTHS:
        day = to_iso(_year(group[5]), _MONTHS.index(group[4].lower()) + 1, int(group[1]))
    elif found:
        day = to_iso(_year(found[3]), int(found[1]), int(found[2]))
    return {**({"published_date": day} if day else {}), **({"publisher": agency["agency"]} if agency else {})}


def _year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else year + (1900 if year >= 70 else 2000)


# The text


def paragraphs(lines: list[str]) -> list[str]:
    """The paragraphs of a text: parted by blank lines, indented first lines or an end-of-line sign before one."""
    found: list[list[str]] = [[]]
    is_indented = sum(line.startswith(("   ", "\t")) for line in lines) >= 2
    for line in lines:
        words = line.strip().strip("<").strip()
        if words.startswith("^"):  # a heading in a table
            words = words.strip("^= ")
        if not words or (is_indented and line.startswith(("   ", "\t"))):
            found.append([])
        if words:
            found[-1].append(words)
    return ["\n".join(paragraph) for paragraph in found if paragraph]
