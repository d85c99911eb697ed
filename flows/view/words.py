"""What a reader types into the search box: words, "phrases", prefixes* and -words that must not be there."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TERM = re.compile(r'(?P<no>(?<!\S)-)?(?:["“”„](?P<phrase>[^"“”„]*)["“”„]?|(?P<word>[^\s"“”„]+))')
# What SQLite's tokenizer unicode61 takes for the inside of a word.
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must stand one after the other; of a prefix the last goes on; ``is_excluded``: must not be there."""

    tokens: tuple[str, ...]
    is_prefix: bool = False
    is_excluded: bool = False


def parse_terms(text: str) -> tuple[Term, ...]:
    """The terms of a search; whatever is no word is passed over, so that no text is a syntax error."""
    terms = []
    for match in _TERM.finditer(text):
        found = match["word"] if match["phrase"] is None else match["phrase"]
        tokens = tuple(_TOKEN.findall(found))
        if tokens:
            terms.append(Term(tokens, found.rstrip().endswith("*"), match["no"] is not None))
    return tuple(terms)


def match_expression(terms: tuple[Term, ...]) -> str:
    """The terms as SQLite's FTS5 reads them; "" where nothing is asked for (FTS5 has no search for a mere "not")."""
    wanted = [_quoted(term) for term in terms if not term.is_excluded]
    if not wanted:
        return ""
    unwanted = [_quoted(term) for term in terms if term.is_excluded]
    return " NOT ".join([f"({' AND '.join(wanted)})", *unwanted])


def regex_of(term: Term) -> str:
    """A regular expression (RE2) that finds the term as a reader of plain SQL can ask for it, without the index."""
    words = r"[^\p{L}\p{N}]+".join(term.tokens)
    return rf"(?i)(^|[^\p{{L}}\p{{N}}]){words}" + ("" if term.is_prefix else r"($|[^\p{L}\p{N}])")


def _quoted(term: Term) -> str:
    return '"' + " ".join(term.tokens) + '"' + ("*" if term.is_prefix else "")
