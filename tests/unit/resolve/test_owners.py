"""Names that are many bodies' without the words before them, which the annotator leaves out."""

from __future__ import annotations

import pytest

from tests.unit.resolve.marked import resolve_marked


def names(marked: str) -> list[str]:
    return [entity.name for entity in resolve_marked(marked).entities]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("She sued, and the Norland {organization|Supreme Court} agreed.", "Norland Supreme Court"),
        ("He wrote for the Norport {organization|Free Press} then.", "Norport Free Press"),
        ("The head of the U.N. {organization|Security Council} left.", "U.N. Security Council"),
        ("A spokesman for the Norlandish {organization|Foreign Ministry} left.", "Norlandish Foreign Ministry"),
        ("She sits on the New Norport {organization|City Council} now.", "New Norport City Council"),
        ("A study of the Norport {organization|School of Tides} said so.", "Norport School of Tides"),
        ("He reads the {organization|New} Norport {organization|Times} here.", "New Norport Times"),
        ("She met the Norlandish envoy. Norlandish {organization|Police Service} came.", "Norlandish Police Service"),
    ],
)
def test_the_words_before_a_name_that_needs_them(text: str, name: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A {organization|Supreme Court} ruled.", "Supreme Court"),
        ("Recent {organization|State Police} tests failed.", "State Police"),
        ("It is Norland's {organization|Supreme Court} again.", "Supreme Court"),
        ("The Norland-based {organization|Free Press} wrote.", "Free Press"),
        ("{person|Ada Lind} knew the Lind {organization|State Department} well.", "State Department"),
        ("They asked Minister {organization|Foreign Office} people.", "Foreign Office"),
        ("He left the Norlandish {organization|Brimwick}.", "Brimwick"),
        ("He left the Norlandish {organization|NHB}.", "NHB"),
        ("We met there. Norlandish {organization|State Police} came.", "State Police"),
        ("NORPORT WINS AGAIN {organization|State Police} came.", "State Police"),
        ("The U.S. {organization|Secret Service} came. They fled the {organization|Secret Service}.", "Secret Service"),
    ],
)
def test_words_before_a_name_that_are_no_part_of_it(text: str, name: str) -> None:
    assert name in names(text)
