"""The annotator newsmill brings along: one small model, read with ONNX Runtime on one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from transforms.annotate.constraints import split_at_paragraphs
from transforms.annotate.decoding import Found, Heads, find_attributions, find_spans, to_attribution, to_mentions
from transforms.annotate.model_files import load_card, load_heads, load_reader, load_tokenizer
from transforms.annotate.nested import find_nested
from transforms.annotate.scores import PieceScores, Reader, score_pieces
from transforms.annotate.sentence_boundaries import split_sentences
from transforms.annotate.signatures import credit_signatures
from transforms.annotate.wordpieces import EncodedText, encode
from transforms.records import Annotation, Attribution

# Raised by hand whenever the code around the weights changes what is found; the weights carry their own version.
CODE_VERSION = "10"
# Below this nine findings in ten are wrong: mostly contents for which no cue was found.
MIN_ATTRIBUTION_CONFIDENCE = 0.1
WEIGHTS_FOLDER = Path(__file__).with_name("weights")
FAST_WEIGHTS_FOLDER = WEIGHTS_FOLDER / "fast"
MAX_PIECES = 256
CONTEXT = 32
# Bounds the scores held at once (about 200 bytes a character); larger groups are no faster.
CHARS_AT_ONCE = 60_000
LANGUAGES = frozenset({"en"})  # of the articles it was trained on


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the model read it, before anything is paired: what calibration looks at."""

    encoded: EncodedText
    scores: PieceScores
    found: Found


class ModelAnnotator:
    """Finds sentences, mentions and attributions with the trained model (see docs/model-card.md)."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        read: Reader,
        heads: Heads,
        *,
        name: str,
        weights_version: str,
        max_pieces: int = MAX_PIECES,
        context: int = CONTEXT,
    ) -> None:
        self._tokenizer = tokenizer
        self._read = read
        self.heads = heads
        self._name = name
        self._version = f"{weights_version}.{CODE_VERSION}"
        self._max_pieces = max_pieces
        self._context = context

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def version(self) -> str:
        """The version of the weights and that of the code around them."""
        return self._version

    @property
    def languages(self) -> frozenset[str]:
        """What the weights were trained on."""
        return LANGUAGES

    def annotate(self, texts: Sequence[str]) -> list[Annotation]:
        """One Annotation a text, in order; the same for a text whatever stands beside it."""
        return [self._assemble(text, reading) for text, reading in zip(texts, self.read(texts), strict=True)]

    def read(self, texts: Sequence[str]) -> Iterator[Reading]:
        """What the network finds in each text, in order; a bounded number of texts is held at once."""
        for group in groups_of(texts):
            encoded = [encode(text, self._tokenizer) for text in group]
            scores = [
                score_pieces(item, self._read, max_pieces=self._max_pieces, context=self._context) for item in encoded
            ]
            found = find_spans(list(zip(encoded, scores, strict=True)), self.heads)
            yield from (Reading(*parts) for parts in zip(encoded, scores, found, strict=True))

    def _assemble(self, text: str, reading: Reading) -> Annotation:
        attributions = self._attributions(text, reading)
        attributions = credit_signatures(text, attributions)
        attributions += find_nested(text, attributions, self._attributions_of)
        attributions = [item for item in attributions if item.confidence >= MIN_ATTRIBUTION_CONFIDENCE]
        mentions = to_mentions(reading.found, attributions, reading.encoded, text, self.heads.calibration)
        attributions.sort(key=lambda attribution: attribution.content)
        return Annotation(tuple(split_sentences(text)), tuple(mentions), tuple(attributions))

    def _attributions(self, text: str, reading: Reading) -> list[Attribution]:
        paired = find_attributions(reading.encoded, reading.scores, reading.found, self.heads)
        return split_at_paragraphs(
            text, [to_attribution(item, reading.encoded, text, self.heads.calibration) for item in paired]
        )

    def _attributions_of(self, text: str) -> list[Attribution]:
        return [found for reading in self.read([text]) for found in self._attributions(text, reading)]


def groups_of(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in order, in groups of bounded size; a longer text is a group of its own."""
    group: list[str] = []
    n_chars = 0
    for text in texts:
        if group and n_chars + len(text) > CHARS_AT_ONCE:
            yield group
            group, n_chars = [], 0
        group.append(text)
        n_chars += len(text)
    if group:
        yield group


@lru_cache(maxsize=2)
def load_annotator(folder: Path = WEIGHTS_FOLDER, *, n_threads: int = 1) -> ModelAnnotator:
    """The annotator of a weights folder, by default the one that is installed; loaded once a process."""
    card = load_card(folder)
    return ModelAnnotator(
        load_tokenizer(folder),
        load_reader(folder, n_threads=n_threads),
        load_heads(folder),
        name=card.name,
        weights_version=card.version,
    )


def load_fast_annotator() -> ModelAnnotator:
    """The narrower of the installed models: half the heads, a third of the inner neurons, more than twice as fast."""
    return load_annotator(FAST_WEIGHTS_FOLDER)
