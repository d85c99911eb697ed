"""One article of a LexisNexis or Nexis Uni export, as its paragraphs, to its text and fields.

The layout of LexisNexis Academic and Nexis: publication, date, headline; lines ``KEY: value`` (BYLINE, SECTION,
LENGTH); the body; more such lines, and the copyright. That of Nexis Uni and Lexis+: headline, publication, date,
copyright; lines ``Key: value``; a line ``Body``; the body; more such lines, and ``End of Document``. Keys are in the
language of the account. As tm.plugin.lexisnexis and LexisNexisTools read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flows.formats.export_lines import (
    find_date,
    is_copyright,
    is_date_line,
    language_code,
    publication_name,
    section_name,
    without_copyright,
)

END = re.compile(
    r"(?:End of Document|Dokumentende|Ende des Dokuments|Fin du document|Fin del documento|Fine del documento"
    r"|Einde van (?:het )?document|Fim do documento)\W*",
    re.I,
)
HEAD_LINES = frozenset(["Body", "Corps", "Textkörper", "Haupttext", "Cuerpo", "Corpo", "Hoofdtekst", "Classification"])
_BODY = re.compile(r"(?:Body|Corps|Texte|Text|Textkörper|Haupttext|Cuerpo|Corpo|Hoofdtekst)\s*", re.I)
_KEYS = {
    "byline": "BYLINE AUTHOR AUTEUR AUTEURS AUTOR AUTORE AUTOREN VERFASSER SIGNATURE",
    "section": "SECTION RUBRIQUE RUBRIK RESSORT SECCIÓN SECCION SEZIONE SECTIE SEÇÃO RUBRIEK",
    "language": "LANGUAGE LANGUE SPRACHE TAAL IDIOMA LINGUA LENGUA",
    "dateline": "DATELINE ORIGINE DATUMSZEILE",
    "headline": "HEADLINE TITRE ÜBERSCHRIFT TITULAR TITOLO KOP",
    "deck": "HIGHLIGHT ENCART TEASER SUMMARY RÉSUMÉ VORSPANN ABSTRACT",
    "body": "BODY CORPS TEXT TEXTE",
    "ignored": "LENGTH LONGUEUR LÄNGE LENGTE LONGITUD EXTENSIÓN LUNGHEZZA COMPRIMENTO SOURCE SERIES COLUMN EDITION",
}
# Lines that head what follows the body in the new layout; others of them are "Notes", as parts of a body may be.
_TAIL_HEADINGS = frozenset(
    (
        *("Classification", "Klassifizierung", "Clasificación", "Classificazione", "Classificatie"),
        *("Graphic", "Graphique", "Grafik", "Gráfico", "Grafico", "Grafiek"),
    )
)
# The first of these ends the body; the others, which may begin a paragraph of it too, only directly before one of them.
_TAIL_KEYS = frozenset(
    (
        *("LOAD-DATE", "DATE-CHARGEMENT", "LADEDATUM", "LAADDATUM", "FECHA-DE-CARGA", "DATA-DI-CARICAMENTO"),
        *("FECHA-CARGA", "DATA-DE-CARGA", "DATA-CARICAMENTO", "DATA-DE-CARREGAMENTO", "UPDATE-DATE"),
        *("SUBJECT", "SUJET", "ASUNTO", "ONDERWERP", "ARGOMENTO", "TICKER", "SYMBOLE-BOURSIER", "GEOGRAPHIC"),
        *("SECTEUR-ACTIVITE", "LOCALISATION-GEO", "PUBLICATION-TYPE", "TYPE-PUBLICATION", "PUBLIKATIONSTYP"),
        *("ZEITUNGSTYP", "CORRECTION-DATE", "DOCUMENT-TYPE", "JOURNAL-CODE", "JOURNAL-TYPE", "ACC-NO", "ISSN"),
        *("LANGUAGE", "LANGUE", "SPRACHE", "TAAL", "IDIOMA", "LINGUA", "LENGUA", "GRAPHIC", "GRAPHIQUE", "GRAFIK"),
    )
)
_WEAK_TAIL_KEYS = frozenset(
    (
        *("UPDATE", "THEMA", "COMPANY", "SOCIETE", "SOCIÉTÉ", "FIRMA", "UNTERNEHMEN", "EMPRESA", "ORGANIZATION"),
        *("ORGANISATION", "ORGANIZACION", "INDUSTRY", "BRANCHE", "PERSON", "PERSONNE", "PERSONEN", "STATE", "CITY"),
        *("COUNTRY", "ILLUSTRATION", "TYPE", "CORRECTION", "NOTES", "NOTE", "DISTRIBUTION", "URL", "CATEGORY"),
        *("LAND", "VILLE", "STADT", "MOTS-CLES", "KEYWORDS", "SCHLAGWÖRTER", "CLASSIFICATION"),
    )
)
_COLUMN_OF = {key: column for column, keys in _KEYS.items() for key in keys.split()}
_KEYED = re.compile(r"\s*([^\W\d_][^\W\d_-]*(?:-[^\W\d_]+)*)\s?:\s*(.*)", re.S)
MAX_HEAD_PARAGRAPHS = 25
N_STRANGE_KEYS = 2  # one behind the other above the body


class Parts(NamedTuple):
    """What an article is made of: its paragraphs, and its fields by column."""

    paragraphs: list[str]
    fields: dict[str, str]


def without_cover(lines: Sequence[str]) -> Sequence[str]:
    """The lines of an export's first article without the cover and the list of contents that precede its head.

    The head ends at the line that begins the body, and starts two lines before the last date above that.
    """
    body = next((at for at, line in enumerate(lines) if line.strip() in HEAD_LINES), 0)
    dates = (at for at in range(body - 1, 1, -1) if is_date_line(lines[at].strip()) and not is_copyright(lines[at]))
    return lines[next(dates, body + 2) - 2 :]


def read_article(paragraphs: Sequence[str]) -> Parts:
    """The article of its export's paragraphs, from the line that begins it to the one that ends it."""
    lines = [line.strip() for line in paragraphs if line.strip()]
    body = next((at for at, line in enumerate(lines[: MAX_HEAD_PARAGRAPHS * 2]) if _BODY.fullmatch(line)), None)
    return _new_layout(lines, body) if body is not None else _old_layout(lines)


def _key(line: str, *, is_upper: bool) -> tuple[str, str] | None:
    """The key, in upper case, and value of a line ``KEY: value``."""
    found = _KEYED.fullmatch(line.replace("\u00a0", " "))
    if found is None or (is_upper and not found[1].isupper()):
        return None
    return found[1].upper(), found[2].strip()


def _new_layout(lines: list[str], body: int) -> Parts:
    head = lines[:body]
    keyed = [
        (at, pair) for at, line in enumerate(head) if (pair := _key(line, is_upper=False)) and pair[0] in _COLUMN_OF
    ]
    top = head[: keyed[0][0]] if keyed else head
    fields = _keyed_fields(pair for _, pair in keyed)
    dates = [at for at, line in enumerate(top) if at >= 2 and is_date_line(line)]
    if dates:
        at = dates[0]
        fields |= {
            "published_date": find_date(top[at]) or "",
            "publisher": publication_name(top[at - 1]),
            "title": top[at - 2],
        }
    elif top:
        fields["title"] = next((line for line in top if not is_copyright(line)), "")
    return _whole([], lines[body + 1 :], fields, is_upper=False)


def _old_layout(lines: list[str]) -> Parts:
    head = next((at for at, line in enumerate(lines[:MAX_HEAD_PARAGRAPHS]) if _is_head_key(line)), None)
    top = lines[: _n_top(lines) if head is None else head]
    body = len(top)
    pairs: list[tuple[str, str]] = []
    while body < len(lines) and _goes_on_above_body(lines[body : body + N_STRANGE_KEYS + 1]):
        pair = _key(lines[body], is_upper=True) or ("", "")
        body += 1
        if pair[0] in _COLUMN_OF:
            pairs.append(pair)
        if pair[0] in _KEYS["body"].split():
            break
    fields = _keyed_fields(pairs)
    above = [value for key, value in pairs if value and _COLUMN_OF[key] in {"deck", "body"}]
    return _whole(above, lines[body:], _top_fields(top) | fields, is_upper=True)


def _goes_on_above_body(lines: Sequence[str]) -> bool:
    """Whether the first of these lines stands above the body: it has a key of the head, or other keys lead to one.

    Transcripts name their guests there, and each service adds keys of its own.
    """
    for line in lines:
        if _is_head_key(line):
            return True
        if _key(line, is_upper=True) is None:
            return False
    return False


def _is_head_key(line: str) -> bool:
    pair = _key(line, is_upper=True)
    return pair is not None and pair[0] in _COLUMN_OF


def _n_top(lines: list[str]) -> int:
    """How many lines stand above a body that no key announces: publication, date and headline."""
    date = next((at for at, line in enumerate(lines[:MAX_HEAD_PARAGRAPHS]) if is_date_line(line)), None)
    return 0 if date is None else min(len(lines), date + 2)


def _top_fields(top: list[str]) -> dict[str, str]:
    """Publication, date and headline: what stands before, in and behind the first line that states a day."""
    top = [line for line in top if not is_copyright(line)]
    date = next((at for at, line in enumerate(top) if at and is_date_line(line)), None)
    if date is None:
        return {"publisher": publication_name(top[0]), "title": " ".join(top[1:])} if top else {}
    return {
        "published_date": find_date(top[date]) or "",
        "publisher": publication_name(top[0]),
        "title": " ".join(" ".join(top[date + 1 :]).split()),
    }


def _keyed_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for key, value in pairs:
        column = _COLUMN_OF.get(key, "")
        if column == "headline":
            fields["title"] = value
        elif column == "section":
            fields["section"] = section_name(value)
        elif column == "language":
            fields["language"] = language_code(value)
        elif column == "dateline":
            fields["dateline_place"] = value
        elif column == "byline":
            fields["byline"] = re.sub(r"^(?:by|von|par|por|di|door)\s+", "", " ".join(value.split()), flags=re.I)
    return fields


def _whole(above: list[str], lines: list[str], fields: dict[str, str], *, is_upper: bool) -> Parts:
    """The article of the lines from its body on: the body ends where the lines about it begin."""
    end = next((at for at, line in enumerate(lines) if _ends_body(line, is_upper=is_upper)), len(lines))
    while 0 < end < len(lines) and (pair := _key(lines[end - 1], is_upper=is_upper)) and pair[0] in _WEAK_TAIL_KEYS:
        end -= 1
    tail = (pair for line in lines[end:] if (pair := _key(line, is_upper=is_upper)))
    stated = {
        "language": _keyed_fields(pair for pair in tail if _COLUMN_OF.get(pair[0]) == "language").get("language", "")
    }
    return Parts(
        without_copyright([*above, *lines[:end]]), {name: value for name, value in (stated | fields).items() if value}
    )


def _ends_body(line: str, *, is_upper: bool) -> bool:
    if END.fullmatch(line) or (not is_upper and line in _TAIL_HEADINGS):
        return True
    pair = _key(line, is_upper=is_upper)
    return pair is not None and pair[0] in _TAIL_KEYS
