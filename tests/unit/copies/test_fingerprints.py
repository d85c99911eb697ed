"""What of a text is looked for in others."""

from __future__ import annotations

import numpy as np
import pytest

from tests.copied_stories import sentences_of
from transforms.copies.fingerprints import SHINGLE_WORDS, WINDOW, canonical_url, fingerprints, stated_id
from transforms.copies.signature import AGENCYS_OWN, NO_AGENCY, SIGNED_BY_AGENCY, agency_rank
from transforms.copies.words import word_numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“It’s late,” she said.", "'It's late', she SAID"),
        ("Straße", "STRASSE"),
        ("one\n\ntwo", "One; two!"),
    ],
)
def test_words_are_the_same_whatever_their_case_and_the_marks(one, other):
    assert list(word_numbers(one)) == list(word_numbers(other))


def test_any_run_that_is_long_enough_gives_a_fingerprint_in_common():
    shared = " ".join(sentences_of(1, 3)).split()[: SHINGLE_WORDS + WINDOW - 1]
    for at in range(0, 60, 7):
        here, there = " ".join(sentences_of(2, 9)).split(), " ".join(sentences_of(3, 9)).split()
        here[at:at], there[60 - at : 60 - at] = shared, shared
        both = [fingerprints(word_numbers(" ".join(words))) for words in (here, there)]
        assert len(np.intersect1d(*both)) >= 1


def test_a_text_shorter_than_a_sequence_has_none():
    assert len(fingerprints(word_numbers("One two three."))) == 0


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://www.example.org/a/?utm_source=x&id=7#top", "example.org/a?id=7"),
        ("http://m.example.org/a/index.html", "example.org/a"),
        ("https://example.org/", None),
        ("not an address", None),
        ("http://[broken", None),
    ],
)
def test_an_address_is_told_apart_by_its_page_alone(url, canonical):
    assert canonical_url(url) == canonical


def test_editions_of_a_record_share_its_stated_id():
    assert stated_id("f.jsonl", "id:wire-1") == stated_id("f.jsonl", "id:wire-1#2")
    assert stated_id("f.jsonl", "id:wire##1") != stated_id("f.jsonl", "id:wire")
    assert stated_id("g.jsonl", "id:wire-1") != stated_id("f.jsonl", "id:wire-1")
    assert stated_id("f.jsonl", "4") is None


def test_an_agencys_own_goes_before_what_it_signs():
    assert agency_rank("Reuters", None) == AGENCYS_OWN
    assert agency_rank("The Gazette", "Reuters") == SIGNED_BY_AGENCY
    assert agency_rank("The Gazette", None) == NO_AGENCY
