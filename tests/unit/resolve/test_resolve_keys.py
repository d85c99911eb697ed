from __future__ import annotations

import hashlib

from transforms.resolve import lexicon
from transforms.resolve.keys import NAME_FORM_VERSION, canonical_key, name_form

# What each version of name_form gives for the names below.
DIGESTS = {
    1: "268074844fccb9cc",
    2: "a349a2f66c70cc1d",
    3: "e9f5179e802f3fd2",
    4: "0414e12ddc561087",
    5: "e358bc35723e5a09",
}
SHAPES = ("{} Okoro", "{} Q. Okoro", "Okoro {}", "{}", "{} Ada Okoro", "{} Okoro, Jr.", "“{}” Al-Okoro")
OTHERS = ("The Norland Harbour Board", "U.S.", "L’Aquila", "Strauß–Łoś Inc.", "Drug Enforcement Agency", "G-7")


def test_forms_that_change_get_a_version_of_their_own() -> None:
    """The file of names that linking keeps from run to run goes by this version."""
    words = sorted({*lexicon.short_forms(), *lexicon.titles()})
    names = [("person", shape.format(word.title())) for word in words for shape in SHAPES]
    forms = [name_form(*name) for name in [*names, *(("organization", name) for name in OTHERS)]]
    digest = hashlib.sha256(repr(forms).encode()).hexdigest()[:16]
    assert DIGESTS[NAME_FORM_VERSION] == digest, "count NAME_FORM_VERSION up and add its digest"


def test_a_word_that_only_looks_like_known_letters_has_a_key_of_its_own() -> None:
    assert canonical_key("organization", "The WHO") == canonical_key("organization", "World Health Organization")
    assert canonical_key("organization", "The Who") != canonical_key("organization", "World Health Organization")


def test_known_letters_have_the_key_of_their_full_name() -> None:
    """The legal ending of a full name counts in neither: "Federal Deposit Insurance Corporation"."""
    for letters, full in lexicon.known_acronyms().items():
        assert canonical_key("organization", letters.upper()) == canonical_key("organization", full.title())
