"""Which sources become mentions of their own, and of what type."""

from __future__ import annotations

import re

import pytest

from transforms.annotate.typed_mentions import misc_type, name_mentions, speaker_mentions
from transforms.records import Attribution, Mention, Span


def mention_of(source: str, names: dict[str, str]) -> Mention | None:
    spans = [
        Mention(Span(source.index(name), source.index(name) + len(name)), kind, "name", 1.0)
        for name, kind in names.items()
    ]
    attribution = Attribution((Span(500, 510),), None, Span(0, len(source)), 0.5)
    found = speaker_mentions([attribution], spans, source)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("source", "names", "expected"),
    [
        ("she", {}, ("person", "pronoun")),
        ("the ministry", {}, ("organization", "nominal")),
        ("three witnesses", {}, ("group", "nominal")),
        ("a new report", {}, ("work", "nominal")),
        ("a neighbour", {}, ("person", "nominal")),
        ("Ann Lee", {"Ann Lee": "person"}, None),
        ("Mayor Ann Lee of Porto", {"Ann Lee": "person", "Porto": "place"}, None),
        ("the Acme Group", {"Acme Group": "organization"}, None),
        ("a spokesman for Acme", {"Acme": "organization"}, ("person", "nominal")),
        ("Lee’s lawyer", {"Lee": "person"}, ("person", "nominal")),
    ],
)
def test_sources_without_a_name_are_mentions(
    source: str, names: dict[str, str], expected: tuple[str, str] | None
) -> None:
    found = mention_of(source, names)
    assert (found and (found.entity_type, found.mention_type)) == expected


@pytest.mark.parametrize(
    ("text", "kind"), [("Clean Water Act", "law"), ("Harbour Cup", "event"), ("“Blue Rain”", "work")]
)
def test_miscellaneous_names_are_told_apart(text: str, kind: str) -> None:
    bare = text.strip("“”")
    start = text.index(bare)
    assert misc_type(Span(start, start + len(bare)), text) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee spoke. He agreed.", ["Ann Lee"]),
        ("He Weidong spoke. He agreed.", ["He Weidong", "He"]),
        ("The WHO and the US agreed.", ["WHO", "US"]),
    ],
)
def test_a_pronoun_is_a_name_only_where_a_longer_one_begins_with_it(text: str, expected: list[str]) -> None:
    found = [
        ("person", Span(match.start(), match.end()), 0.6) for match in re.finditer("Ann Lee|He Weidong|He|WHO|US", text)
    ]
    assert [text[slice(*mention.span)] for mention in name_mentions(found, text)] == expected
