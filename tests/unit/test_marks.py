"""Which characters stand between which quotation marks."""

from __future__ import annotations

import time

import pytest

from transforms.marks import Quoted, find_quoted, group_pieces, has_unpaired_marks, is_term, quote_type, quoted_mask
from transforms.records import Span


def outer_texts(text: str) -> list[str]:
    return [text[slice(*piece.outer)] for piece in find_quoted(text)]


def inner_texts(text: str) -> list[str]:
    return [text[slice(*piece.inner)] for piece in find_quoted(text)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“Rain,” she said. “And wind.”", ["Rain,", "And wind."]),
        ('"Rain," she said. "And wind."', ["Rain,", "And wind."]),
        ("''Rain,'' she said. ``And wind.''", ["Rain,", "And wind."]),
        ("‘Rain,’ she said. ‘And wind.’", ["Rain,", "And wind."]),
        ("'Rain,' she said. 'And wind.'", ["Rain,", "And wind."]),
        ("„Regen“, sagte sie. »Und Wind.«", ["Regen", "Und Wind."]),
        ("«Pluie», dit-elle. ‹Et vent.›", ["Pluie", "Et vent."]),
        ("« Pluie », dit-elle.", [" Pluie "]),
        ("”Regn”, sade hon.", ["Regn"]),
        ("No marks at all.", []),
        ("", []),
    ],
)
def test_every_style_of_marks_pairs_up(text: str, quoted: list[str]) -> None:
    assert inner_texts(text) == quoted


@pytest.mark.parametrize(
    "text",
    [
        "They don't know, he's sure.",
        "They don’t know, he’s sure.",
        "The dockers’ rights and the sailors’ pay.",
        "The dockers' rights and the sailors' pay.",
        "Back in the ’90s and the '80s it was rock 'n' roll.",
        "‘Twas the night; tell ‘em.",
        "The mast is 6'2\" high and the keel 5' 11\" deep.",
    ],
)
def test_apostrophes_and_feet_open_nothing(text: str) -> None:
    assert find_quoted(text) == []


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("She spoke of ‘the dockers’ rights’.", ["the dockers’ rights"]),
        ("'It was the dockers' day,' she said. 'It's theirs.'", ["It was the dockers' day,", "It's theirs."]),
        ("He said 'don't go' in the '90s.", ["don't go"]),
    ],
)
def test_apostrophes_do_not_end_single_quotations(text: str, quoted: list[str]) -> None:
    assert inner_texts(text) == quoted


def test_nested_marks_have_depth() -> None:
    text = "“He called it ‘an “odd” plan’ twice,” she said."
    assert [(text[slice(*p.inner)], p.depth) for p in find_quoted(text)] == [
        ("He called it ‘an “odd” plan’ twice,", 1),
        ("an “odd” plan", 2),
        ("odd", 3),
    ]


def test_straight_marks_nest_by_the_spaces_around_them() -> None:
    assert inner_texts('"I told him "no" and left," she said.') == ['I told him "no" and left,', "no"]


@pytest.mark.parametrize(("opening", "closing"), ["“”", '""', "‘’", ("''", "''")])
def test_a_quotation_over_several_paragraphs_is_one_group(opening: str, closing: str) -> None:
    text = f"{opening}One.\n\n{opening}Two.\n\n{opening}Three,{closing} she said.\n\n{opening}Four.{closing}"
    pieces = find_quoted(text)
    assert [text[slice(*p.inner)] for p in pieces] == ["One.", "Two.", "Three,", "Four."]
    assert [(p.continues, p.continued, p.is_closed) for p in pieces] == [
        (True, False, False),
        (True, True, False),
        (False, True, True),
        (False, False, True),
    ]
    assert [len(group) for group in group_pieces(pieces)] == [3, 1]


def test_a_quotation_goes_on_where_the_next_paragraph_only_closes_it() -> None:
    text = "She said: “One.\n\nTwo.” Then she left."
    pieces = find_quoted(text)
    assert [text[slice(*p.outer)] for p in pieces] == ["“One.", "Two.”"]
    assert pieces[0].continues and pieces[1].continued


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“One, he said.\n\n“Two,” he said. Three.", ["“One, he said.", "“Two,”"]),
        ("“One, he said. “Two,” he said.\n\nThree.", ["“One, he said.", "“Two,”"]),
        ("One,” he said.\n\n“Two,” he said.", ["“Two,”"]),
        ('One," he said.\n\n"Two," he said.', ['"Two,"']),
        ("He said “one.\n\nThen “two,” he said.", ["“one.", "“two,”"]),
        ("He said ''one.\n\nThe dockers' two.", ["''one."]),
        ("An “urgent“ plan and a “calm” one.", ["“urgent“", "“calm”"]),
        ('“Mixed marks," he said. “Fine.”', ['“Mixed marks,"', "“Fine.”"]),
    ],
)
def test_a_damaged_mark_costs_at_most_its_own_paragraph(text: str, quoted: list[str]) -> None:
    assert outer_texts(text) == quoted


def test_an_unclosed_piece_says_so() -> None:
    (piece,) = find_quoted("He said “one.\n\nTwo.")
    assert (piece.is_closed, piece.continues) == (False, False)


def test_the_mask_covers_what_stands_inside_marks() -> None:
    text = "Ann: “No ‘way’!” Bo."
    mask = quoted_mask(text)
    assert "".join(char for char, inside in zip(text, mask, strict=True) if inside) == "No ‘way’!"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“All of it stands inside.”", "direct"),
        ("None of it does", "indirect"),
        ("it would “never” happen", "mixed"),
        ("“one part”, and “another”", "mixed"),
        ("", "indirect"),
    ],
)
def test_quote_type_is_the_share_of_letters_inside_marks(text: str, expected: str) -> None:
    assert quote_type(text, [Span(0, len(text))], find_quoted(text)) == expected


def test_quote_type_looks_at_the_segments_alone() -> None:
    text = "“Rain,” she said, and left, “and wind.”"
    segments = [Span(0, 7), Span(text.index("“and"), len(text))]
    assert quote_type(text, segments, find_quoted(text)) == "direct"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("millions of “volunteers” came", True),
        ("Rob “The Rock” Hale won", True),
        ("her novel, called “Low Water.”", True),
        ("he said, “Never.”", False),
        ("he called it “a very long road that nobody would ever want to take”", False),
        ("“Never,” he said", False),
        ("the answer: “no”", False),
    ],
)
def test_a_few_words_in_mid_sentence_look_like_a_term(text: str, expected: bool) -> None:
    assert is_term(text, find_quoted(text)[0]) is expected


def test_time_grows_with_the_text_and_no_faster() -> None:
    def seconds(text: str) -> float:
        begin = time.process_time()
        find_quoted(text)
        return time.process_time() - begin

    hard = "“a ‘b \"c 'd «e "
    assert seconds(hard * 8000) < 60 * max(seconds(hard * 800), 1e-3)


def test_pieces_are_sorted_with_the_outer_before_the_inner() -> None:
    pieces: list[Quoted] = find_quoted("“A ‘b’ c” and “d”")
    assert pieces == sorted(pieces, key=lambda piece: (piece.outer.char_start, -piece.outer.char_end))


@pytest.mark.parametrize(
    ("paragraphs", "is_unpaired"),
    [
        (["“One,” he said."], False),
        (["“One.", "“Two.”"], False),
        (["“One.", "Two."], True),
        (['"One," he said. "Two.'], True),
        (['"One.', '"Two."'], False),
        (["“One,” he said. Two.”"], True),
        (["“One “two,” he said."], True),
        (["«One» and the workers’ own 5'10\"."], False),
        ([], False),
    ],
)
def test_unpaired_marks(paragraphs: list[str], is_unpaired: bool) -> None:
    assert has_unpaired_marks("\n\n".join(paragraphs)) is is_unpaired
