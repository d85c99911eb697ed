from __future__ import annotations

import pytest

from transforms.annotate.signatures import CONFIDENCE, credit_signatures
from transforms.records import Attribution, Span


def found_in(text: str, *before: Attribution) -> list[tuple[str, str, str]]:
    found = credit_signatures(text, before)
    return [
        (text[slice(*item.content[0])], text[slice(*item.cue or (0, 0))], text[slice(*item.source or (0, 0))])
        for item in found
    ]


@pytest.mark.parametrize(
    ("signature", "dash", "name"),
    [
        (" ― Ilse Brandt", "―", "Ilse Brandt"),
        ("— Edwin G. Monk.", "—", "Edwin G. Monk"),
        ("\n\n- Brandt", "-", "Brandt"),
        ("\n–Ludwig van Loon, Utrecht.", "–", "Ludwig van Loon"),
        (" -- Mayor Abena Osei (Harbour Party)", "--", "Mayor Abena Osei"),
        (" – Abena Osei, the mayor, on “Harbour Hour.”", "–", "Abena Osei"),
    ],
)
def test_a_signature_is_the_source(signature: str, dash: str, name: str):
    quotation = "“The harbour froze twice that winter.”"
    assert found_in(f"{quotation}{signature}\n\nMore.") == [(quotation, dash, name)]


@pytest.mark.parametrize(
    "text",
    [
        "“The harbour froze twice that winter.” — Reuters",
        "“The harbour froze twice that winter.” — and nobody minded",
        "“The harbour froze twice that winter” — Brandt was there to see it — and nobody minded",
        "She called it “the harbour that froze twice” — Ilse Brandt",
        "“Frozen harbour” — Ilse Brandt",
        "“The harbour froze twice that winter.”\n\n- Raise the quay\n- Dredge",
        "“The harbour froze twice that winter.”\n\nBrandt, Harbour Times",
        "“The harbour froze twice that winter.”\n\nIlse Brandt, Harbour Times, was there",
        "“The harbour froze twice that winter.” Ilse Brandt, Harbour Times",
        "She called it “the harbour that froze twice”\n\nIlse Brandt, Harbour Times",
        "“The harbour froze twice that winter.”\n\n- Harbour Museum\n\n- Town Hall",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str):
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("Ilse Brandt, Harbour Times", "Ilse Brandt"),
        ("Ilse Brandt and Bo Lind, Harbour Times", "Ilse Brandt and Bo Lind"),
        ("Ludwig van Loon, The Port and Quay", "Ludwig van Loon"),
        ("Editorial Board, Harbour Times", "Harbour Times"),
        ("The Editors, Quay Review", "Quay Review"),
    ],
)
def test_a_line_of_name_and_outlet_signs_the_quotation_before_it(line: str, source: str):
    quotation = "“The harbour froze twice that winter.”"
    assert found_in(f"{quotation}\n\n{line}\n\nMore.") == [(quotation, "", source)]


def test_a_signature_is_of_all_paragraphs_of_the_quotation():
    first, last = "“The harbour froze twice that winter.", "“Nobody could leave it for a week.”"
    found = found_in(f"{first}\n\n{last}\n\nIlse Brandt, Harbour Times")
    assert found == [(first, "", "Ilse Brandt"), (last, "", "Ilse Brandt")]


def test_what_was_found_inside_is_part_of_the_quotation():
    text = "“He says it froze twice, and I believe him.” — Ilse Brandt"
    inside = Attribution((Span(9, 23),), Span(4, 8), Span(1, 3), 0.4)
    assert found_in(text, inside) == [("“He says it froze twice, and I believe him.”", "—", "Ilse Brandt")]


def test_a_source_found_outside_is_kept():
    text = "“It froze twice that winter.” — Ilse Brandt"
    model = Attribution((Span(0, 29),), Span(30, 31), Span(32, 43), 0.7)
    assert credit_signatures(text, [model]) == [model]
    assert model.confidence < CONFIDENCE
