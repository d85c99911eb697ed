"""The contract: every table and column, declared once.

The Arrow schemas, the check at the door (``schema.conform``), the data dictionary and the README's table are all
made from these declarations, so a column is changed here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

SCHEMA_VERSION = "4"

ENTITY_TYPES = ("person", "organization", "place", "group", "event", "work", "product", "law")
MENTION_TYPES = ("name", "nominal", "pronoun")
QUOTE_TYPES = ("direct", "indirect", "mixed")
ATTRIBUTION_TYPES = ("statement", "belief", "knowledge", "intention")
SPEAKER_STATUSES = ("named", "anonymous", "collective", "unresolved", "missing")
DATE_PRECISIONS = ("day", "month", "year")
DATE_METHODS = ("header", "meta", "dateline", "url", "filename", "crawl", "none")
ATTRIBUTION_METHODS = (
    "name",
    "pronoun",
    "description",
    "apposition",
    "continuation",
    "transcript",
    "byline",
    "organization",
    "none",
)
SPEAKER_AGREEMENTS = ("agreed", "disputed", "uncertain", "unknown")
QUOTE_FORMS = ("whole", "shortened", "changed", "partly_indirect", "indirect")
# How the bytes of a source say a text's letters; see offset_map.
WRITTEN = ("plain", "escaped", "repaired", "composed")
COPY_KINDS = ("exact", "near", "contained", "new_edition")
COPY_METHODS = ("text_hash", "aligned_words")
ROLE_TITLES = (
    "president",
    "vice president",
    "prime minister",
    "chancellor",
    "minister",
    "secretary",
    "secretary-general",
    "senator",
    "representative",
    "lawmaker",
    "governor",
    "mayor",
    "councillor",
    "speaker",
    "leader",
    "candidate",
    "politician",
    "ambassador",
    "attorney general",
    "prosecutor",
    "judge",
    "lawyer",
    "sheriff",
    "police officer",
    "military officer",
    "monarch",
    "religious leader",
    "chief executive",
    "executive",
    "chair",
    "director",
    "founder",
    "head",
    "manager",
    "coach",
    "spokesperson",
    "adviser",
    "official",
    "analyst",
    "economist",
    "scholar",
    "physician",
    "nurse",
    "teacher",
    "student",
    "journalist",
    "author",
    "artist",
    "athlete",
    "business person",
    "activist",
    "relative",
)
QUALITY_FLAGS = (
    "no_title",
    "no_date",
    "ambiguous_date",
    "short_text",
    "encoding_guessed",
    "encoding_repaired",
    "replacement_characters",
    "unbalanced_quotes",
    "html_fallback",
    "summary_only",
    "mixed_language",
    "not_annotated",
    "paywalled",
    "live_blog",
    "gallery",
    "video_page",
)
STAGES = ("extract", "articles", "annotate")
REASONS = (
    "unreadable",
    "empty",
    "binary",
    "bad_encoding",
    "truncated_archive",
    "archive_bomb",
    "encrypted",
    "unsafe_member",
    "needs_extra",
    "bad_json",
    "bad_xml",
    "bad_record",
    "unknown_format",
    "no_text",
    "no_text_layer",
    "not_an_article",
    "needs_extra",
    "encrypted",
    "too_large",
    "too_deep",
    "too_many_faults",
    "changed_while_read",
    "reader_timeout",
    "reader_crash",
    "annotator_timeout",
    "annotator_crash",
)

_STRING = pa.string()
_INT = pa.int32()
_DEGREES = pa.float64()
_STRINGS = pa.list_(pa.field("item", _STRING, nullable=False))
_PRONOUNS = pa.struct([pa.field(word, _INT) for word in ("he", "she", "mr", "ms")])
_SEGMENT = pa.struct([pa.field("char_start", _INT, nullable=False), pa.field("char_end", _INT, nullable=False)])


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type and what may stand in it.

    ``vocabulary`` closes the set of values (for a list, of its items); ``references`` names the table whose key
    each value must be.
    """

    name: str
    type: pa.DataType
    description: str
    example: str = ""
    nullable: bool = False
    vocabulary: tuple[str, ...] = ()
    references: str | None = None


@dataclass(frozen=True, slots=True)
class OffsetCheck:
    """``articles.text[start:end]`` must be ``text`` (or lie inside the text, where ``text`` is None)."""

    start: str
    end: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its grain, its columns, and the column that is its key (None where it has none).

    ``runs`` are pairs of columns that are ranges, none of them empty; those of the first pair do not overlap in one
    article.
    """

    name: str
    grain: str
    key: str | None
    columns: tuple[Column, ...]
    offsets: tuple[OffsetCheck, ...] = ()
    runs: tuple[tuple[str, str], ...] = ()
    scope: str = "part"  # "part": one Parquet part a batch; "data set": one file for the whole snapshot


ARTICLES = Table(
    name="articles",
    grain="one document",
    key="article_id",
    columns=(
        Column("article_id", _STRING, "Base32 of an 80-bit hash of source_uri and record_key.", "4f6kq2m3zt7hw5ya"),
        Column("source_uri", _STRING, "Where the document was read, relative to the seeds root.", "000_seed.txt"),
        Column("record_key", _STRING, "The record in its source for good: its own id, or its number.", "id:wire-4711"),
        Column("record_index", _INT, "The record's number in its source, from 0.", "0"),
        Column("source_sha256", _STRING, "SHA-256 of the record's bytes: a file, or a record of one.", "9f86d0…"),
        Column("media_type", _STRING, "What the source was read as.", "text/plain"),
        Column("encoding", _STRING, "The character encoding the source was decoded with.", "utf-8"),
        Column("published_date", pa.date32(), "The day of publication; null where none is known.", "2021-07-11", True),
        Column(
            "date_precision",
            _STRING,
            "What is known of published_date: of a month or year alone it is the first day; null where it is.",
            "day",
            True,
            vocabulary=DATE_PRECISIONS,
        ),
        Column(
            "date_method",
            _STRING,
            "Where published_date was found; crawl: the day an archive fetched the page.",
            "header",
            vocabulary=DATE_METHODS,
        ),
        Column(
            "dateline_place",
            _STRING,
            "The place in the dateline, as stated there.",
            "SEOUL, South Korea",
            True,
        ),
        Column(
            "dateline_date",
            pa.date32(),
            "The day in the dateline; null where its year is not sure.",
            "2021-07-11",
            True,
        ),
        Column("wire_agency", _STRING, "The agency that signs in the dateline.", "Yonhap", True),
        Column("title", _STRING, "The headline.", "China’s and North Korea’s leaders …", True),
        Column("byline", _STRING, "The author or authors as stated.", "Ada Osei", True),
        Column("publisher", _STRING, "Who published it, as stated.", "The Harbour Gazette", True),
        Column("section", _STRING, "The section or category as stated.", "World", True),
        Column("url", _STRING, "The document's own address as stated.", "https://example.org/2021/07/11/pact", True),
        Column("language", _STRING, "ISO 639-1 code, found in the text; null where it cannot be told.", "en", True),
        Column(
            "language_score",
            pa.float32(),
            "Chance that language is right, 0 to 1; higher where the document states the same.",
            "1.0",
            True,
        ),
        Column("correction", _STRING, "What a note of correction or update says.", "Correction: An earlier …", True),
        Column("text", _STRING, "The cleaned text: headline first, paragraphs parted by one blank line."),
        Column("body_char_start", _INT, "Where the body starts in text, after the headline, in code points.", "81"),
        Column("text_sha256", _STRING, "SHA-256 of text in UTF-8, in hexadecimal.", "2c26b4…"),
        Column(
            "duplicate_of",
            _STRING,
            "The article that is kept where this one is a copy of it; null for all that is no copy.",
            "4f6kq2m3zt7hw5ya",
            True,
            references="articles",
        ),
        Column(
            "copy_cluster_id",
            _STRING,
            "The kept article of those that are copies of each other; an article's own id where it has no copies.",
            "4f6kq2m3zt7hw5ya",
            references="articles",
        ),
        Column("n_chars", _INT, "Length of text in Unicode code points.", "2512"),
        Column(
            "n_chars_removed",
            _INT,
            "Code points of furniture taken out of the body: links, credits, captions, notes, advertisements.",
            "113",
        ),
        Column("n_words", _INT, "Words in text; an apostrophe does not part one.", "431"),
        Column("n_paragraphs", _INT, "Paragraphs in text, the headline included.", "15"),
        Column("n_sentences", _INT, "Rows of this article in sentences.", "16"),
        Column("n_quotes", _INT, "Statements among this article's rows of quotes.", "11"),
        Column("n_attributions", _INT, "Rows of this article in quotes, whatever their attribution_type.", "14"),
        Column(
            "quality_flags",
            pa.list_(pa.field("item", _STRING, nullable=False)),
            "What a careful reader should know of this row; empty where nothing is amiss.",
            "[no_date]",
            vocabulary=QUALITY_FLAGS,
        ),
    ),
    offsets=(OffsetCheck("body_char_start", "n_chars"),),
)

SENTENCES = Table(
    name="sentences",
    grain="one sentence",
    key="sentence_id",
    columns=(
        Column("sentence_id", _STRING, "article_id and the sentence's number.", "4f6kq2m3zt7hw5ya-s00003"),
        Column("article_id", _STRING, "The article it stands in.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("sentence_index", _INT, "The sentence's number in its article, from 0.", "3"),
        Column("paragraph_index", _INT, "The paragraph's number in its article, from 0 (the headline's).", "2"),
        Column("char_start", _INT, "Start in articles.text, in code points.", "287"),
        Column("char_end", _INT, "End in articles.text, exclusive, in code points.", "424"),
        Column("text", _STRING, "The sentence as it stands in the article."),
        Column("n_words", _INT, "Words in the sentence.", "23"),
        Column("is_headline", pa.bool_(), "Whether the sentence stands in the headline.", "false"),
        Column(
            "language",
            _STRING,
            "The language of the sentence's paragraph where it is another than the article's, ISO 639-1. In one that "
            "the annotator does not know there are no quotations and mentions.",
            "fr",
            True,
        ),
    ),
    offsets=(OffsetCheck("char_start", "char_end", "text"),),
)

QUOTES = Table(
    name="quotes",
    grain="one quotation: what one source said, wrote or thought",
    key="quote_id",
    columns=(
        Column("quote_id", _STRING, "article_id and the quotation's number.", "4f6kq2m3zt7hw5ya-q00002"),
        Column("article_id", _STRING, "The article it stands in.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("quote_index", _INT, "The quotation's number in its article, from 0.", "2"),
        Column(
            "quote_type",
            _STRING,
            "direct (all its words stand in quotation marks), indirect (none do) or mixed.",
            "direct",
            vocabulary=QUOTE_TYPES,
        ),
        Column(
            "attribution_type",
            _STRING,
            "statement (said, asked, promised), belief (thinks, fears, wants), knowledge (knows, found), intention "
            "(plans, decided, refused): the classes of the Penn Discourse Treebank; null where nothing was said (did "
            "not say), a topic is named and no clause (denied wrongdoing), or the cue does not tell.",
            "statement",
            True,
            vocabulary=ATTRIBUTION_TYPES,
        ),
        Column("text", _STRING, "The article's text from char_start to char_end, any reporting clause included."),
        Column("char_start", _INT, "Start of the first segment in articles.text, in code points.", "905"),
        Column("char_end", _INT, "End of the last segment, exclusive, in code points.", "1058"),
        Column(
            "segments",
            pa.list_(pa.field("item", _SEGMENT, nullable=False)),
            "The quotation's own spans; more than one where the reporting clause interrupts it.",
            "[{905, 1058}]",
        ),
        Column("first_sentence_id", _STRING, "The sentence it starts in.", "…-s00006", references="sentences"),
        Column("last_sentence_id", _STRING, "The sentence it ends in.", "…-s00006", references="sentences"),
        Column("cue_text", _STRING, "The words that report it.", "wrote", True),
        Column("cue_lemma", _STRING, "The lemma of the cue's head, with its particle: point out.", "write", True),
        Column("cue_char_start", _INT, "Start of the cue in articles.text, in code points.", "1063", True),
        Column("cue_char_end", _INT, "End of the cue, exclusive.", "1068", True),
        Column("speaker_text", _STRING, "The words that name its source where it is reported.", "Kim", True),
        Column("speaker_char_start", _INT, "Start of speaker_text in articles.text, in code points.", "1059", True),
        Column("speaker_char_end", _INT, "End of speaker_text, exclusive.", "1062", True),
        Column(
            "speaker_mention_type",
            _STRING,
            "What kind of words speaker_text is; none where the text has none.",
            "name",
            vocabulary=(*MENTION_TYPES, "none"),
        ),
        Column("speaker_name", _STRING, "The fullest name the article gives, without titles.", "Kim Jong Un", True),
        Column("speaker_role", _STRING, "The role or title as the article states it.", "North Korean leader", True),
        Column(
            "role_title",
            _STRING,
            "The title that speaker_role amounts to, of a small vocabulary to count by; null where it is none of them.",
            "leader",
            True,
            vocabulary=ROLE_TITLES,
        ),
        Column(
            "speaker_entity_id",
            _STRING,
            "The speaker in entities; null where several speak together.",
            "e-…",
            True,
            references="entities",
        ),
        Column(
            "speaker_entity_ids",
            _STRINGS,
            "All who speak by name, in text order: several for “Lind and Reyes said”, else the one or none.",
            "[e-…, e-…]",
            references="entities",
        ),
        Column(
            "speaker_status",
            _STRING,
            "named, or why speaker_name is null: anonymous, collective, unresolved, missing.",
            "named",
            vocabulary=SPEAKER_STATUSES,
        ),
        Column(
            "attribution_method",
            _STRING,
            "The rule that led from the words to the speaker.",
            "name",
            vocabulary=ATTRIBUTION_METHODS,
        ),
        Column("confidence", pa.float32(), "Chance that quotation and speaker are right, 0 to 1.", "0.93"),
        Column(
            "reuse_cluster_id",
            _STRING,
            "The saying, where another article quotes it too; null where none does.",
            "r-4f6kq2m3zt7hw5ya-q00002",
            True,
            references="sayings",
        ),
    ),
    offsets=(
        OffsetCheck("char_start", "char_end", "text"),
        OffsetCheck("cue_char_start", "cue_char_end", "cue_text"),
        OffsetCheck("speaker_char_start", "speaker_char_end", "speaker_text"),
    ),
)

ENTITY_MENTIONS = Table(
    name="entity_mentions",
    grain="one mention of an entity in a text",
    key="mention_id",
    columns=(
        Column("mention_id", _STRING, "article_id and the mention's number.", "4f6kq2m3zt7hw5ya-m00011"),
        Column("article_id", _STRING, "The article it stands in.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("sentence_id", _STRING, "The sentence it starts in.", "…-s00001", references="sentences"),
        Column(
            "entity_id",
            _STRING,
            "The entity; null where a nominal or pronoun is not resolved.",
            "e-…",
            True,
            references="entities",
        ),
        Column("text", _STRING, "The mention as it stands in the article.", "Xi"),
        Column("entity_type", _STRING, "What kind of thing it names.", "person", vocabulary=ENTITY_TYPES),
        Column("mention_type", _STRING, "name, nominal or pronoun.", "name", vocabulary=MENTION_TYPES),
        Column("char_start", _INT, "Start in articles.text, in code points.", "150"),
        Column("char_end", _INT, "End in articles.text, exclusive.", "161"),
        Column(
            "quote_id", _STRING, "The quotation it stands inside, the innermost.", "…-q00001", True, references="quotes"
        ),
        Column("confidence", pa.float32(), "Chance that span and type are right, 0 to 1.", "0.98"),
    ),
    offsets=(OffsetCheck("char_start", "char_end", "text"),),
)

# Counted in an article, and summed over those of a data set.
_HOW_REFERRED_TO = Column(
    "pronouns",
    _PRONOUNS,
    "How often a person is he (him, his, himself), she (her, hers, herself), Mr. (or another man's title) and "
    "Ms. (or another woman's), outside quotations; all 0 of what is no person.",
    "{he: 4, she: 0, mr: 2, ms: 0}",
)

ARTICLE_ENTITIES = Table(
    name="article_entities",
    grain="one entity in one article",
    key="article_entity_id",
    columns=(
        Column("article_entity_id", _STRING, "article_id and the entity's number in it.", "4f6kq2m3zt7hw5ya-e00003"),
        Column("article_id", _STRING, "The article.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("entity_id", _STRING, "The entity in the whole data set.", "e-…", references="entities"),
        Column("name", _STRING, "The fullest name the article gives it, without titles.", "Kim Jong Un"),
        Column("entity_type", _STRING, "What kind of thing it is.", "person", vocabulary=ENTITY_TYPES),
        Column("aliases", _STRINGS, "The other names the article calls it by, sorted.", "[Kim]"),
        Column("external_id", _STRING, "Its id elsewhere, where the article's words suffice.", "iso3166:KP", True),
        Column("merge_rules", _STRINGS, "The rules that joined its names in the article, sorted.", "[surname]"),
        Column("n_mentions", _INT, "Its mentions in the article.", "6"),
        Column("n_quotes", _INT, "Statements in the article it is the speaker of.", "2"),
        Column("n_attributions", _INT, "Quotations of any attribution_type in the article that are its.", "3"),
        _HOW_REFERRED_TO,
    ),
)

OFFSET_MAP = Table(
    name="offset_map",
    grain="one run of characters of an article whose bytes in the source are known (text, JSON lines, CSV)",
    key=None,
    columns=(
        Column("article_id", _STRING, "The article.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("char_start", _INT, "Start in articles.text, in code points; runs never overlap.", "81"),
        Column("char_end", _INT, "End in articles.text, exclusive, in code points.", "424"),
        Column(
            "byte_start",
            _INT,
            "Start in the record's bytes, from 0; internal/records tells where those start in the source.",
            "94",
        ),
        Column("byte_end", _INT, "End in the record's bytes, exclusive.", "443"),
        Column(
            "bytes_per_char",
            _INT,
            "Bytes of each character of the run; null where each has as many as in UTF-8.",
            "1",
            True,
        ),
        Column(
            "written",
            _STRING,
            "plain: the bytes, in articles.encoding, are the text; escaped: JSON, CSV or HTML write it so (\\u2019,"
            ' "", &amp;); repaired: damage of encoding that was put right; composed: a letter and its accent apart.',
            "plain",
            vocabulary=WRITTEN,
        ),
    ),
    offsets=(OffsetCheck("char_start", "char_end"),),
    runs=(("char_start", "char_end"), ("byte_start", "byte_end")),
)

ENTITIES = Table(
    name="entities",
    grain="one entity of the whole data set",
    key="entity_id",
    scope="data set",
    columns=(
        Column("entity_id", _STRING, "Hash of type and name (or external id); the same in any order.", "e-…"),
        Column("name", _STRING, "Its fullest common name.", "Kim Jong Un"),
        Column("entity_type", _STRING, "What kind of thing it is.", "person", vocabulary=ENTITY_TYPES),
        Column("aliases", _STRINGS, "Other names it goes by in the data set, sorted.", "[Kim]"),
        Column(
            "external_id",
            _STRING,
            "Its id elsewhere: iso3166:KP of a country, geonames:1835848 of a city or region, or the gazetteer's.",
            "iso3166:KP",
            True,
        ),
        Column("country_code", _STRING, "Where a place lies, ISO 3166-1; null where not sure.", "KP", True),
        Column(
            "latitude",
            _DEGREES,
            "Degrees north (WGS 84), as GeoNames has it; of a country or region the mean of its cities, weighed by "
            "inhabitants; null where the place is not sure.",
            "39.0339",
            True,
        ),
        Column("longitude", _DEGREES, "Degrees east, likewise.", "125.7543", True),
        Column("merge_rules", _STRINGS, "The rules that joined its names, sorted.", "[surname]"),
        Column("n_mentions", _INT, "Rows of it in entity_mentions.", "9"),
        Column("n_articles", _INT, "Articles that mention it.", "1"),
        Column("n_quotes", _INT, "Statements it is the speaker of.", "2"),
        Column("n_attributions", _INT, "Quotations of any attribution_type that are its.", "3"),
        Column("n_articles_without_copies", _INT, "Articles that mention it, those with a duplicate_of left out.", "1"),
        Column("n_quotes_without_copies", _INT, "Statements that are its in articles without a duplicate_of.", "2"),
        _HOW_REFERRED_TO,
        Column("first_published_date", pa.date32(), "Earliest published_date of its articles.", "2021-07-11", True),
        Column("last_published_date", pa.date32(), "Latest published_date of its articles.", "2021-07-11", True),
    ),
)

SAYINGS = Table(
    name="sayings",
    grain="one thing somebody said that more than one article quotes",
    key="reuse_cluster_id",
    scope="data set",
    columns=(
        Column(
            "reuse_cluster_id", _STRING, "r- and the first quotation's id; the same in any order.", "r-4f6k…-q00002"
        ),
        Column("text", _STRING, "Its fullest quotation as that stands in its article, direct where there is one."),
        Column("fullest_quote_id", _STRING, "That quotation.", "4f6kq2m3zt7hw5ya-q00002", references="quotes"),
        Column(
            "speaker_entity_id",
            _STRING,
            "Who says it in most articles, copies counted once.",
            "e-…",
            True,
            references="entities",
        ),
        Column("speaker_name", _STRING, "The name of that entity.", "Kim Jong Un", True),
        Column(
            "speaker_entity_ids", _STRINGS, "All it is given to, most articles first.", "[e-…]", references="entities"
        ),
        Column(
            "speaker_agreement",
            _STRING,
            "agreed; disputed (given to two people, to each by name); uncertain (to two, but to one of them by a "
            "pronoun or a description, or to two bodies); unknown (no speaker found).",
            "agreed",
            vocabulary=SPEAKER_AGREEMENTS,
        ),
        Column(
            "first_quote_id", _STRING, "The earliest quotation by published_date, then by id.", "…", references="quotes"
        ),
        Column("first_article_id", _STRING, "Its article.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("first_publisher", _STRING, "Who published that.", "The Harbour Gazette", True),
        Column("first_published_date", pa.date32(), "The day of that.", "2021-07-11", True),
        Column("last_published_date", pa.date32(), "Latest published_date of its articles.", "2021-07-14", True),
        Column("n_quotes", _INT, "Rows of quotes that quote it.", "9"),
        Column("n_articles", _INT, "Articles that quote it.", "8"),
        Column("n_articles_without_copies", _INT, "The same, with articles that are copies of each other as one.", "3"),
        Column("n_publishers", _INT, "Publishers of those articles, as stated.", "5"),
    ),
)

QUOTE_REUSE = Table(
    name="quote_reuse",
    grain="one quotation of a saying that more than one article quotes",
    key="quote_id",
    scope="data set",
    columns=(
        Column("quote_id", _STRING, "The quotation.", "4f6kq2m3zt7hw5ya-q00002", references="quotes"),
        Column("reuse_cluster_id", _STRING, "The saying.", "r-4f6k…-q00002", references="sayings"),
        Column("article_id", _STRING, "The quotation's article.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column(
            "form",
            _STRING,
            "Against the saying's fullest quotation: whole (the same words), shortened (some of a longer one's), "
            "changed (words differ), partly_indirect (some words in marks), indirect (none).",
            "shortened",
            vocabulary=QUOTE_FORMS,
        ),
        Column("is_first", pa.bool_(), "Whether it is the earliest.", "false"),
        Column("is_copy", pa.bool_(), "Whether its article is a copy of one that quotes it earlier.", "true"),
    ),
)

ARTICLE_DUPLICATES = Table(
    name="article_duplicates",
    grain="one article that is a copy of another",
    key="article_id",
    scope="data set",
    columns=(
        Column("article_id", _STRING, "The copy.", "7hw5ya4f6kq2m3zt", references="articles"),
        Column(
            "kept_article_id",
            _STRING,
            "The one to count: the earliest of all copies, then the agency's own, then the longest, then by id.",
            "4f6kq2m3zt7hw5ya",
            references="articles",
        ),
        Column(
            "kind",
            _STRING,
            "exact (the same text), near (edited), contained (cut, or inside a longer one), new_edition (of the same "
            "address, updated).",
            "near",
            vocabulary=COPY_KINDS,
        ),
        Column(
            "similarity",
            pa.float32(),
            "Words that both have, in runs, as a share of all words of the two: 1 for the same words.",
            "0.92",
        ),
        Column("containment", pa.float32(), "Those words as a share of the shorter one's.", "0.97"),
        Column("shared_words", _INT, "How many words those are.", "388"),
        Column(
            "method",
            _STRING,
            "What proves it: text_hash (equal text_sha256) or aligned_words (the words of both, laid side by side).",
            "aligned_words",
            vocabulary=COPY_METHODS,
        ),
        Column(
            "compared_article_id",
            _STRING,
            "The article that similarity and shared_words are of: the kept one, or another copy of it that is closer.",
            "4f6kq2m3zt7hw5ya",
            references="articles",
        ),
    ),
)

BOILERPLATE = Table(
    name="boilerplate",
    grain="one passage of an article that many articles of its source share",
    key=None,
    scope="data set",
    columns=(
        Column("article_id", _STRING, "The article.", "4f6kq2m3zt7hw5ya", references="articles"),
        Column("char_start", _INT, "Start in articles.text, in code points.", "2290"),
        Column("char_end", _INT, "End in articles.text, exclusive, in code points.", "2424"),
        Column("n_articles", _INT, "Articles of the same source that have it, or its most frequent sentence.", "212"),
    ),
    runs=(("char_start", "char_end"),),
)

QUARANTINE = Table(
    name="quarantine",
    grain="one source or record that could not be used",
    key=None,
    columns=(
        Column("source_uri", _STRING, "The source, relative to the seeds root.", "damaged.txt.gz"),
        Column("record_index", _INT, "The record's number; null where the whole source failed.", "4", True),
        Column(
            "source_sha256",
            _STRING,
            "SHA-256 of the record's bytes; null where they could not be read.",
            "9f86d0…",
            True,
        ),
        Column("stage", _STRING, "The step that refused it.", "extract", vocabulary=STAGES),
        Column("reason", _STRING, "Why.", "truncated_archive", vocabulary=REASONS),
        Column("detail", _STRING, "The particulars, for a person.", "gzip ends after 212 bytes"),
    ),
)

_TIME = pa.timestamp("us", tz="UTC")
_LONG = pa.int64()

RUNS = Table(
    name="runs",
    grain="one run that committed a snapshot",
    key="run_id",
    scope="data set",
    columns=(
        Column("run_id", _STRING, "The run's own id; the Prefect flow run id where there is one."),
        Column("started_at", _TIME, "When it started (UTC)."),
        Column("finished_at", _TIME, "When its tables were ready to commit (UTC)."),
        Column("code_version", _STRING, "newsmill's version.", "0.1.0"),
        Column("schema_version", _STRING, "The version of these declarations.", SCHEMA_VERSION),
        Column("annotator", _STRING, "The annotator's name and version.", "newsmill-minilm 1"),
        Column("settings", _STRING, "The settings that shape the rows, as JSON."),
        Column("n_sources", _LONG, "Files found: those with articles + duplicates + quarantined.", "12"),
        Column("n_sources_with_articles", _LONG, "Files that gave at least one article.", "9"),
        Column("n_sources_duplicate", _LONG, "Files whose bytes equal another file's.", "0"),
        Column("n_sources_quarantined", _LONG, "Files that gave no article.", "3"),
        Column("n_sources_new", _LONG, "Files not in the snapshot before.", "12"),
        Column("n_sources_changed", _LONG, "Files whose bytes changed since the snapshot before.", "0"),
        Column("n_sources_moved", _LONG, "Files found under another name than before.", "0"),
        Column("n_sources_gone", _LONG, "Files of the snapshot before that are no more.", "0"),
        Column("n_articles", _LONG, "Rows of articles.", "11"),
        Column("n_sentences", _LONG, "Rows of sentences.", "180"),
        Column("n_quotes", _LONG, "Statements among the rows of quotes.", "42"),
        Column("n_attributions", _LONG, "Rows of quotes.", "61"),
        Column("n_entity_mentions", _LONG, "Rows of entity_mentions.", "260"),
        Column("n_entities", _LONG, "Rows of entities.", "97"),
        Column("n_duplicates", _LONG, "Rows of article_duplicates: articles that are copies of others.", "2"),
        Column("n_quarantined", _LONG, "Rows of quarantine.", "3"),
    ),
)

TABLES: tuple[Table, ...] = (
    ARTICLES,
    SENTENCES,
    QUOTES,
    ENTITY_MENTIONS,
    ARTICLE_ENTITIES,
    OFFSET_MAP,
    ENTITIES,
    SAYINGS,
    QUOTE_REUSE,
    ARTICLE_DUPLICATES,
    BOILERPLATE,
    QUARANTINE,
    RUNS,
)
PART_TABLES: tuple[Table, ...] = tuple(table for table in TABLES if table.scope == "part")
BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
