"""The hand-made lists of cues: which class a verb, a noun or a phrase means, and the forms that no ending tells."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

CLASSES = ("statement", "belief", "knowledge", "intention")


@cache
def _lines(name: str) -> list[tuple[str, str]]:
    """The lines ``label: words`` of one list, without comments."""
    text = files("transforms.cues").joinpath("data", name).read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines() if line and not line.startswith("#"))
    return [(label.strip(), words) for label, _, words in lines]


@cache
def words(label: str) -> frozenset[str]:
    """The words of all lines with one label."""
    lines = (line for found, line in _lines("cues.txt") if found == label)
    return frozenset(word.strip() for line in lines for word in line.split(","))


@cache
def class_of(kind: str = "") -> dict[str, str]:
    """The class of each lemma; ``kind`` is empty for verbs, or noun, or phrase."""
    return {word: name for name in CLASSES for word in sorted(words(f"{name} {kind}".strip()))}


@cache
def irregular_forms() -> dict[str, str]:
    """The lemma of each irregular form."""
    return {form: lemma for lemma, forms in _lines("irregular.txt") for form in forms.split()}


@cache
def known_lemmas() -> frozenset[str]:
    """Every single word that the lists know in its lemma's form."""
    listed = (*class_of(), *class_of("noun"), *words("light"))
    return frozenset(word for entry in listed for word in entry.split()) | frozenset(irregular_forms().values())
