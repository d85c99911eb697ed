"""What kind of attribution a cue makes: a statement, a belief, knowledge or an intention.

The classes are those of the Penn Discourse Treebank (data/cues.txt). The lemma decides, and where one lemma has
several readings, its construction does: what the content begins with, whether the cue is passive, whose words they
are. Words in quotation marks were said, whatever the verb, unless somebody thought them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transforms.cues.clauses import begins_clause, is_clause
from transforms.cues.heads import WORD, Head, cue_words, is_negated, read_head
from transforms.cues.lemmas import lemma_of
from transforms.cues.lexicon import class_of, words
from transforms.records import Attribution

MAX_SOURCE_CHARS = 200
NOBODY = frozenset({"no", "nobody", "none", "neither"})
MAX_CONTENT_CHARS = 200
# So few words in quotation marks are a term, not speech, unless a verb that is known says so: a “narrow” win.
MIN_SPOKEN_WORDS = 4
MARKED = re.compile(r"[“\"]([^“”\"]+)")


@dataclass(frozen=True, slots=True)
class CueReading:
    """A cue as it is used: ``lemma`` is that of its head (None without a cue), ``attribution_type`` its class.

    The class is None where nothing was said ("did not say"), where a topic is named and no clause ("denied
    wrongdoing"), and where the words of the cue do not tell.
    """

    attribution_type: str | None
    lemma: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """A head in its construction.

    ``content`` holds the first words of the content in lower case where it follows the cue, else nothing;
    ``opening`` is what follows the head: "to", "that" or "as" at the cue's end, else the first word of ``content``.
    """

    head: Head
    cue: tuple[str, ...]
    content: tuple[str, ...]
    source: frozenset[str]
    is_negated: bool

    @property
    def opening(self) -> str:
        """The word that shows the construction."""
        if self.cue[-1] in ("to", "that", "as"):
            return self.cue[-1]
        return self.content[0] if self.content else ""

    @property
    def is_of_evidence(self) -> bool:
        """Whether things that cannot speak are the source: "the data suggest"."""
        return bool(self.source & words("evidence")) and not self.source & words("persons")


def read_cue(text: str, attribution: Attribution, quote_type: str) -> CueReading:
    """The cue of one attribution; ``quote_type`` is direct, indirect or mixed."""
    is_term = quote_type == "mixed" and _n_marked(text, attribution) < MIN_SPOKEN_WORDS
    if attribution.cue is None:
        return CueReading(None if quote_type == "indirect" or is_term else "statement", None)
    written = text[slice(*attribution.cue)].strip().lower()
    cue = cue_words(written)
    head = read_head(cue)
    if head is None:
        is_said = (quote_type != "indirect" and not is_term) or not cue
        return CueReading("statement" if is_said else None, written or None)
    if quote_type == "direct":
        return CueReading(_class_of_marked(head), head.lemma)
    use = Use(head, tuple(cue), _content(text, attribution), _source(text, attribution), is_negated(written))
    is_spoken = quote_type == "mixed" and not (is_term and head.kind == "unknown")
    found = _class_of_mixed(use) if is_spoken else _class_of(use)
    return CueReading(found, head.lemma)


def _class_of_marked(head: Head) -> str | None:
    if head.lemma in words("naming"):
        return None
    return "belief" if head.lemma in words("thought") else "statement"


def _n_marked(text: str, attribution: Attribution) -> int:
    """How many words stand in quotation marks, in the longest run of them."""
    runs = (run for start, end in attribution.content for run in MARKED.findall(text[start : min(end, start + 1000)]))
    return max((len(run.split()) for run in runs), default=0)


def _content(text: str, attribution: Attribution) -> tuple[str, ...]:
    assert attribution.cue is not None
    start, end = attribution.content[0]
    if start < attribution.cue.char_end:
        return ()
    return tuple(WORD.findall(text[start : min(end, start + MAX_CONTENT_CHARS)].lower().replace("’", "'")))


def _source(text: str, attribution: Attribution) -> frozenset[str]:
    if attribution.source is None:
        return frozenset()
    start, end = attribution.source
    return frozenset(map(lemma_of, cue_words(text[start : min(end, start + MAX_SOURCE_CHARS)])))


def _class_of_mixed(use: Use) -> str | None:
    """Some of the words stand in quotation marks, so that a verb of judgement, or a strange one, was spoken."""
    if use.head.lemma in words("naming"):
        return None
    found = _listed_class(use)
    return "statement" if found is None or use.head.lemma in words("judging") else found


def _class_of(use: Use) -> str | None:
    found = _listed_class(use)
    if found != "statement":
        return found
    return None if use.is_negated or use.source & NOBODY or _is_raised(use) or _names_topic(use) else "statement"


def _listed_class(use: Use) -> str | None:
    """What the lists and the construction make of the head; None of a word that they do not know."""
    rule = CONSTRUCTIONS.get(use.head.lemma)
    if use.head.kind == "unknown":
        return None
    kind = "" if use.head.kind == "verb" else use.head.kind
    return (rule(use) if rule else "") or class_of(kind).get(use.head.lemma)


def _names_topic(use: Use) -> bool:
    """Whether no clause is reported, but what was talked about: "denied wrongdoing", "called for reforms"."""
    lemma = use.head.lemma
    if not use.content or lemma in words("speaking"):
        return False
    if use.cue[-1] in words("prepositions") or lemma.endswith(" to"):
        return not begins_clause(use.content)
    if lemma in words("predicating") and {"as", "of"} & set(use.content[1:]):
        return False
    return not is_clause(use.content, is_addressed=lemma in words("addressing"))


def _is_raised(use: Use) -> bool:
    """Whether something is done by nobody in particular: "the tax was announced", "he is said to be rich"."""
    return use.head.is_passive and not use.source and use.opening != "that"


def _infinitive(otherwise: str) -> Callable[[Use], str]:
    """Somebody who agrees or expects to do a thing intends it."""
    return lambda use: "intention" if use.opening == "to" and not use.head.is_passive else otherwise


def _evidence(of_things: str) -> Callable[[Use], str]:
    return lambda use: of_things if use.is_of_evidence else "statement"


def _agree(use: Use) -> str:
    if use.opening == "to":
        return "intention"
    return "statement" if use.opening == "that" else "belief"


def _see(use: Use) -> str:
    """To see a thing as something, or no reason for it, is to think so; else it is to perceive it."""
    is_view = use.head.is_passive or "as" in use.cue or use.opening in {"no", "little", "any", "as"}
    return "belief" if is_view or (use.head.form == "sees" and use.opening in {"a", "an"}) else "knowledge"


def _overheard(use: Use) -> str:
    """What somebody was heard or seen saying was said."""
    has_saying = any(class_of().get(lemma_of(word)) == "statement" for word in use.cue if word != use.head.form)
    return "statement" if use.head.is_passive and has_saying else "knowledge"


CONSTRUCTIONS: Mapping[str, Callable[[Use], str]] = {
    "agree": _agree,
    "consent": _agree,
    "expect": _infinitive("belief"),
    "offer": _infinitive("statement"),
    "propose": _infinitive("statement"),
    "see": _see,
    "hear": _overheard,
    "suggest": _evidence("belief"),
    "indicate": _evidence("knowledge"),
    "reveal": _evidence("knowledge"),
    "confirm": _evidence("knowledge"),
    "imply": _evidence("belief"),
    "signal": _evidence("belief"),
    "make clear": _evidence("knowledge"),
    "highlight": _evidence("knowledge"),
}
