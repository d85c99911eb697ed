"""The values that travel between the steps: frozen, plain, and free of any framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of Unicode code points in one text: ``text[char_start:char_end]``."""

    char_start: int
    char_end: int

    def covers(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside this span."""
        return self.char_start <= other.char_start and other.char_end <= self.char_end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one character."""
        return self.char_start < other.char_end and other.char_start < self.char_end


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One decoded record of a source, before anything is known about its structure.

    ``fields`` holds what the container states about the record (JSON keys, HTML meta tags), under the names of
    the articles table where one fits; ``text`` is the body, still with its header lines and white space.
    ``record_key`` names the record in its source for good: its own id, or its number.
    """

    source_uri: str
    record_index: int
    source_sha256: str
    media_type: str
    encoding: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    quality_flags: tuple[str, ...] = ()
    record_key: str = "0"


@dataclass(frozen=True, slots=True)
class Reject:
    """One source or record that could not be used: a row of ``quarantine``."""

    source_uri: str
    record_index: int | None
    source_sha256: str | None
    stage: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Article:
    """One cleaned document; every offset of every table points into ``text``."""

    article_id: str
    source_uri: str
    record_index: int
    source_sha256: str
    media_type: str
    encoding: str
    text: str
    body_char_start: int
    published_date: str | None = None
    date_method: str = "none"
    date_precision: str | None = None
    dateline_place: str | None = None
    dateline_date: str | None = None
    wire_agency: str | None = None
    title: str | None = None
    byline: str | None = None
    publisher: str | None = None
    section: str | None = None
    url: str | None = None
    language: str | None = None
    language_score: float | None = None
    paragraph_languages: tuple[tuple[int, str], ...] = ()  # by number, of those in another language than the article
    correction: str | None = None
    n_chars_removed: int = 0
    quality_flags: tuple[str, ...] = ()
    record_key: str = "0"


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of an entity: ``mention_type`` is name, nominal or pronoun, ``confidence`` in [0, 1]."""

    span: Span
    entity_type: str
    mention_type: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one source is reported to say: content (one or more spans in text order), cue and source spans.

    ``cue`` and ``source`` are None where the text has none. ``confidence`` in [0, 1].
    """

    content: tuple[Span, ...]
    cue: Span | None
    source: Span | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that an annotator finds in one text; spans in text order, sentences cover every non-space character."""

    sentences: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    attributions: tuple[Attribution, ...]


@dataclass(frozen=True, slots=True)
class Quotation:
    """An attribution as a row-to-be: typed, numbered in text order, its speaker not yet looked for.

    ``segments`` are in text order and never overlap; ``confidence`` is the annotator's, in [0, 1].
    ``attribution_type`` and ``cue_lemma`` are what ``transforms.cues`` reads in the cue.
    """

    index: int
    quote_type: str
    segments: tuple[Span, ...]
    cue: Span | None
    source: Span | None
    confidence: float
    attribution_type: str | None = None
    cue_lemma: str | None = None

    @property
    def is_statement(self) -> bool:
        """Whether it reports what somebody said, wrote or asked."""
        return self.attribution_type == "statement"

    @property
    def span(self) -> Span:
        """From the start of the first segment to the end of the last."""
        return Span(self.segments[0].char_start, self.segments[-1].char_end)


# How often a text refers to somebody in each way that is counted.
NO_REFERENCES: Mapping[str, int] = {"he": 0, "she": 0, "mr": 0, "ms": 0}


@dataclass(frozen=True, slots=True)
class ArticleEntity:
    """One entity of one article: ``mentions`` are indexes into ``Annotation.mentions``, in text order.

    ``entity_id`` depends on nothing but this article (and the built-in country list), so that it stays the same
    whatever else is in the data set; the linking step may replace it by the id of a merged entity.
    """

    entity_id: str
    name: str
    entity_type: str
    mentions: tuple[int, ...]
    aliases: tuple[str, ...] = ()
    external_id: str | None = None
    merge_rules: tuple[str, ...] = ()
    pronouns: Mapping[str, int] = field(default_factory=lambda: dict(NO_REFERENCES))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said one quotation. ``name`` and ``entity_id`` are set exactly where ``status`` is "named".

    ``confidence`` is the chance, in [0, 1], that this resolution is right, given that the quotation is.
    ``entity_ids`` are all who speak, where several are named; else the one of ``entity_id``.
    """

    status: str
    method: str
    mention_type: str
    name: str | None = None
    entity_id: str | None = None
    role: str | None = None
    confidence: float = 1.0
    entity_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who is who in one article: its entities, and one Speaker a quotation, in the order of the quotations."""

    entities: tuple[ArticleEntity, ...]
    speakers: tuple[Speaker, ...]
