"""Properties of the pairing of quotation marks that hold for every text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from transforms.marks import find_quoted, group_pieces, is_term, quote_type, quoted_mask
from transforms.paragraphs import paragraph_spans
from transforms.records import Span

MARKS = "\"'“”‘’„«»‹›‚`"
ANY_TEXT = st.text(st.sampled_from(MARKS + MARKS + "ab s.,!\n 9é"), max_size=120)

WORDS = st.lists(st.sampled_from(["rain", "don’t", "we’ll", "wind", "tide", "it’s"]), min_size=1, max_size=5).map(
    " ".join
)
# Plain and quoted stretches by turns, the quoted ones closed, as a careful editor would print them.
SENTENCES = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4).map(
    lambda pairs: " ".join(f"{plain} “{quoted},” said" for plain, quoted in pairs)
)
BALANCED = st.lists(SENTENCES, min_size=1, max_size=4).map("\n\n".join)


@given(ANY_TEXT)
def test_pieces_lie_inside_the_text_and_inside_one_paragraph(text: str) -> None:
    for piece in find_quoted(text):
        assert 0 <= piece.outer.char_start <= piece.inner.char_start <= piece.inner.char_end <= piece.outer.char_end
        assert piece.outer.char_end <= len(text)
        assert piece.outer.char_end > piece.outer.char_start
        assert len(paragraph_spans(text[slice(*piece.outer)])) == 1


@given(ANY_TEXT)
def test_pieces_are_sorted_and_either_nested_or_apart(text: str) -> None:
    pieces = find_quoted(text)
    assert pieces == sorted(pieces, key=lambda piece: (piece.outer.char_start, -piece.outer.char_end))
    for number, piece in enumerate(pieces):
        for other in pieces[number + 1 :]:
            assert piece.outer.covers(other.outer) or not piece.outer.overlaps(other.outer)
        assert piece.depth == 1 + sum(p.outer.covers(piece.outer) for p in pieces[:number])


@given(ANY_TEXT)
def test_pieces_that_go_on_come_in_pairs(text: str) -> None:
    outermost = [piece for piece in find_quoted(text) if piece.depth == 1]
    for piece, following in pairwise(outermost):
        assert piece.continues == following.continued
    assert sum(len(group) for group in group_pieces(outermost)) == len(outermost)


@given(ANY_TEXT)
def test_mask_type_and_term_never_raise(text: str) -> None:
    pieces = find_quoted(text)
    assert len(quoted_mask(text)) == len(text)
    assert quote_type(text, [Span(0, len(text))], pieces) in {"direct", "mixed", "indirect"}
    assert all(is_term(text, piece) in (True, False) for piece in pieces)


@given(ANY_TEXT, ANY_TEXT)
def test_a_paragraph_never_changes_the_one_two_before_it(first: str, last: str) -> None:
    first = first.strip("\n ") + "."
    plain = "\n\nPlain words between.\n\n"
    alone = find_quoted(first + plain)
    joined = [piece for piece in find_quoted(first + plain + last) if piece.outer.char_end <= len(first)]
    assert joined == [piece for piece in alone if piece.outer.char_end <= len(first)]


@given(BALANCED)
def test_balanced_marks_all_pair_up(text: str) -> None:
    pieces = find_quoted(text)
    assert len(pieces) == text.count("“")
    assert all(piece.is_closed and piece.depth == 1 and not piece.continues for piece in pieces)


@given(BALANCED)
def test_straight_marks_enclose_what_curly_ones_do(text: str) -> None:
    straight = text.replace("“", '"').replace("”", '"')
    assert find_quoted(straight) == find_quoted(text)
    assert find_quoted(straight.replace("’", "'")) == find_quoted(text)


@given(BALANCED)
def test_guillemets_enclose_what_curly_marks_do(text: str) -> None:
    assert find_quoted(text.replace("“", "«").replace("”", "»")) == find_quoted(text)
