"""The names in a byline: persons, or where it names none the agency or the desk that signs.

What else stands in bylines goes: "By", roles, places, dates, addresses, degrees, and "Follow" buttons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flows.formats.html.structured import clean
from flows.formats.html.title import folded

MAX_BYLINE_CHARS = 250
MAX_AUTHORS = 60
MAX_NAME_WORDS = 6
MAX_NAME_CHARS = 60
# The patterns of names are for texts on one line, single spaces between their words.
PREFIX = re.compile(
    r"^(?:(?:written|posted|published|reported|story|words|text|recipe|interview|review(?:ed)?"
    r"|created|contributed|submitted|added|edited|updated|compiled|article|analysis|opinion)"
    r"\s(?:and\s\w+\s)?by|propos\srecueillis\spar|from|(?:escrit[oa]|publicad[oa]|skrevet|skriven|geschrieben|verfasst|[ée]crit|publi[ée]|scritto|geschreven)"
    r"\s(?:por|af|av|von|par|da|door)|by|von|por|par|di|door|av|af|autor(?:in)?|author|authors|author\(s\)|writer"
    r"|texte?)(?:\s?:\s?|\s)|^[^\W\d_]{2,20}\s?:\s",
    re.I,
)
_CUT = re.compile(
    r"\s(?:editing|edited|translation|translated|photos?|photographs?|illustrations?)\sby\s.*|"
    r"\s(?:on|in|at|for|of|from|via|with|am|um)\s.*|\s?[|•·●‧∙].*|\s[–—-]+\s.*|\s?\(.*|\s\d.*|\s@.*|\s?\[.*"
    r"|\s(?:published|updated|posted|last|date|follow|view|read|more|search|rss|share|shares|contributor|facebook"
    r"|twitter|email|(?:sun|mon|tues|wednes|thurs|fri|satur)day)\b.*"
    r"|\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d.*",
    re.I | re.S,
)
_SPLIT = re.compile(
    r"\s?[;|/&\n•·]\s?|\s?,\s?(?:and\s)?|\s(?:and|und|y|et|en|og|with)\s|\s(?-i:avec|con|mit|med|met)\s|\s–\s", re.I
)
_SUFFIX = re.compile(r",\s?(jr|sr|ii|iii|iv)\b\.?", re.I)
_DEGREE = re.compile(
    r"(?:,\s|,|\s)(?:ph\.?\s?d|m\.?d|mba|md|rd|msc|m\.?a|esq|j\.?d|rn|dds|faan|mph|cfa|cpa)\b\.?(?!\w)", re.I
)
_HELPED = re.compile(r"(?:edited|translated|illustrated)\sby\s", re.I)
_ROLE = re.compile(
    r"\b(?:correspondents?|reporters?|reporting|editors?|editorial|writers?|columnists?|contribut\w+|producers?"
    r"|journalists?|staff|desk|newsroom|bureau|chief|director|analyst|critic|photographers?|intern|freelance\w*"
    r"|redaktion|redacci[oó]n|r[ée]daction|redazione|team|news\s+service|special\s+to|senior|associate|assistant|edition"
    r"|professor|guest\s+\w+|subscribe|follow|comments?|min\s+read|minutes?|ago|pm|edt|est|pdt|pst|gmt|utc"
    r"|https?|www)\b",
    re.I,
)
_NO_NAME = re.compile(
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|today|yesterday"
    r"|am|rss(?: feed)?|get author.*|about\b.*|admin(?:istrator)?|webmaster|editors?|guest"
    r"|no author|author|cortes[ií]a|courtesy|unknown|anonymous|none|null|undefined"
    r"|view all|posts?|all posts|articles?|photos?|close|menu|share)",
    re.I,
)
_AGENCY = re.compile(
    r"(?:the\s+)?(?:associated press|ap|reuters|afp|agence france[- ]presse|bloomberg(?: news)?|upi"
    r"|dpa|efe|ansa|xinhua|yonhap|pti|ians|ani|jiji(?: press)?|kyodo(?: news)?|tass|apa"
    r"|cnn wire|pa media|press association|canadian press|the conversation|getty images?"
    r"|tribune news service|wire reports?|agencies|news agencies)(?: staff)?",
    re.I,
)
# "ADA OSEI Associated Press"
_FOR_AGENCY = re.compile(
    r"^(\s?[^\s,]+ [^\s,]+(?: (?!(?i:the\b))[^\s,]+)?),?\s"
    r"(?:(?i:(?:the\s)?associated\spress|agence\sfrance[- ]presse|press\sassociation"
    r"|bloomberg\snews|canadian\spress)|Reuters|REUTERS|AFP|AP|UPI)(?:\s(?i:staff))?$"
)
_ORGANISATION = re.compile(
    r"\b(?:news\w*|times|herald|tribune|daily|gazette|today|online|tv|radio|press|magazine|media|blog|weekly"
    r"|university|institute|department|foundation|marketing|project|inc|ltd|gmbh|llc|corp|council|committee"
    r"|ministry|agency|network|cent(?:er|re)|association|society|school|college|company|services?|reports?"
    r"|famil(?:y|ies)|kitchens?|staff|team|agencies|wires?|google|facebook)\b",
    re.I,
)
_BAR, _DAY = re.compile(r"[|•·]"), re.compile(r"\d[./-]\d|\d{4}")
_INSTITUTION = re.compile(
    r"(?:University|Institute|Ministry|Department|School|Museum) (?:of|for) [A-ZÀ-Þ]\w+(?: [A-ZÀ-Þ]\w+)*"
)
_SUBJECT = re.compile(
    r"\b(?:our|the|print|national|foreign|local|world|sports?|web|digital|business|political|politics|letters?|opinion"
    r"|sciences?|economics?|industrial|industry|labou?r|health|medical|education|environment(?:al)?|climate|energy"
    r"|security|defen[cs]e|diplomatic|military|crime|legal|courts?|home|affairs|social|community|transport|aviation"
    r"|technology|tech|consumer|markets?|financ(?:e|ial)|investigati(?:ve|ons)|features?|fashion|arts?|cultur(?:e|al)"
    r"|royal|religio(?:n|us)|entertainment|showbiz|racing|football|cricket|rugby|tennis|golf|international|regional"
    r"|parliamentary|white\shouse)\b",
    re.I,
)
_PHOTO = re.compile(
    r"^\W*(?:photo\w*|image|picture|foto\w*|illustration|graphic|video|source|credit|©|copyright)\b", re.I
)
_ADDRESS = re.compile(
    r"(?:https?:|www\.)\S*|\[email[^\]]{0,20}\]|(?<!\S)@\w+|\S{1,64}@\S+|(?<!\S)[\w-]{1,64}\.(?:com|org|net)\b\S*", re.I
)


def is_agency(name: str) -> bool:
    """Whether it is the name of a news agency, or stands for several."""
    return _AGENCY.fullmatch(name) is not None


def is_organisation(name: str) -> bool:
    """Whether a name is one of an agency, a publication or an institution, by its words."""
    return is_agency(name) or _ORGANISATION.search(name) is not None


def distinct(names: Iterable[str]) -> list[str]:
    """Each once, none that is a part of another, agencies and institutions only where there is nobody else."""
    found = list({folded(name): name for name in names}.values())[:MAX_AUTHORS]
    kept = [name for name in found if not is_organisation(name)] or found
    return [name for name in kept if not any(name != other and f" {name} " in f" {other} " for other in kept)]


def names_in(value: str) -> list[str]:
    """The names of a byline, without its roles, places and dates."""
    text = _words(value)
    if _PHOTO.match(text):
        return []
    text = _SUFFIX.sub(r" \1", _before_place(text))
    text = _DEGREE.sub("", text)
    first, *others = _SPLIT.split(PREFIX.sub("", text))
    pieces = [first, *(piece for piece in others if not _HELPED.match(piece))]
    found = [name for piece in pieces if (name := _name(PREFIX.sub("", piece)))]
    # "Ada Osei, Wellington": a word alone behind a full name is a place or an institution.
    whole = [name for name in found if " " in name]
    return whole if found and found[0] in whole else found


def _before_place(text: str) -> str:
    """Of "Ada Osei | Port Calder | 08/01/2014" the first part: what stands between author and date is a place."""
    parts = [part.strip() for part in _BAR.split(text)]
    is_placed = len(parts) == 3 and _DAY.search(parts[2]) is not None and _DAY.search(parts[0]) is None
    return parts[0] if is_placed and len(parts[0].split()) > 1 else text


def persons_in(byline: str) -> str:
    """The persons of a stated byline without their roles, agencies and places; all of it where it names none."""
    found = distinct(names_in(byline))
    return "; ".join(found) if any(" " in name for name in found) else byline.strip().strip("()")


def desk_in(value: str) -> str:
    """The desk or institution that signs ("Staff and agencies", "Coast Foundation") where a byline names no person."""
    text = _CUT.sub("", f" {PREFIX.sub('', _words(value))}").strip(" \t.,:;–—-*\"“”'’")
    is_short = 0 < len(text) <= MAX_NAME_CHARS and len(text.split()) <= MAX_NAME_WORDS
    return text if is_short and text[0].isupper() and not _NO_NAME.fullmatch(text) else ""


def _without_subject(words: list[str]) -> str:
    """The words in front of a role without what it is about: "Ada Osei Political" of "Ada Osei Political Editor"."""
    while words and _SUBJECT.fullmatch(words[-1].strip(",")):
        words = words[:-1]
    return " ".join(words)


def _is_desk(words: str) -> bool:
    return _SUBJECT.search(words) is not None or is_organisation(words)


def _words(value: str) -> str:
    text = clean(value)
    return " ".join(_ADDRESS.sub(" ", text).split()) if len(text) <= MAX_BYLINE_CHARS else ""


def _name(piece: str) -> str:
    """A piece of a byline if it looks like a name, "" otherwise."""
    institution = _INSTITUTION.match(piece.strip())
    piece = institution[0] if institution else _FOR_AGENCY.sub(r"\1", _CUT.sub("", f" {piece.strip()}"))
    piece = piece.strip(" \t.,:;–—-*\"“”'’)]")
    if (role := _ROLE.search(piece)) and not is_agency(piece):
        before = _without_subject(piece[: role.start()].split())
        before = _FOR_AGENCY.sub(r"\1", before)
        piece = before if len(before.split()) in (2, 3) and not _is_desk(before) else ""
    if not 2 <= len(piece) <= MAX_NAME_CHARS or len(words := piece.split()) > MAX_NAME_WORDS:
        return ""
    if PREFIX.match(f"{piece} ") or _NO_NAME.fullmatch(piece) or not any(ch.isalpha() for ch in piece):
        return ""
    capital = sum(not word[0].islower() for word in words)
    return piece if capital * 2 >= len(words) or len(words) == 1 else ""
