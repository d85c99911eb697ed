"""What kind of attribution a cue makes: ambiguous verbs in their constructions."""

from __future__ import annotations

import re

import pytest

from transforms.cues import CueReading
from transforms.cues.lemmas import lemma_of
from transforms.quotes import place_quotations
from transforms.records import Attribution, Span

PIECE = re.compile(r"([<\[{])(.*?)[>\]}]")
PARTS = {"<": "source", "[": "cue", "{": "content"}


def read(marked: str) -> CueReading:
    """The reading of a sentence whose <source>, [cue] and {content} are marked."""
    spans: dict[str, list[Span]] = {"source": [], "cue": [], "content": []}
    text, end = "", 0
    for piece in PIECE.finditer(marked):
        text += marked[end : piece.start()]
        spans[PARTS[piece[1]]].append(Span(len(text), len(text) + len(piece[2])))
        text, end = text + piece[2], piece.end()
    found = Attribution(tuple(spans["content"]), *(next(iter(spans[part]), None) for part in ("cue", "source")), 0.9)
    [quotation] = place_quotations(text + marked[end:], [found])
    return CueReading(quotation.attribution_type, quotation.cue_lemma)


@pytest.mark.parametrize(
    ("marked", "kind", "lemma"),
    [
        ("<Lind> [said] {it would rain}.", "statement", "say"),
        ("<She> [has repeatedly said] {that it would rain}.", "statement", "say"),
        ("{It would rain}, [according to] <Lind>.", "statement", "according to"),
        ("<Lind> [thinks] {it will rain}.", "belief", "think"),
        ("<Lind> [wants] {to leave}.", "belief", "want"),
        ("<Lind> [found] {that the bridge was shut}.", "knowledge", "find"),
        ("<Lind> [decided] {to leave}.", "intention", "decide"),
        ("<The board> [refused] {to pay}.", "intention", "refuse"),
        ("<Lind> [promised] {to pay}.", "statement", "promise"),
        # Things reveal and make clear, people say.
        ("<The scandal> [revealed] {how loosely the bridge was guarded}.", "knowledge", "reveal"),
        ("<Lind> [revealed] {how loosely the bridge was guarded}.", "statement", "reveal"),
        ("<The video> [made clear] {the story was longer}.", "knowledge", "make clear"),
        ("<Lind> [made clear] {the story was longer}.", "statement", "make clear"),
        # A term in quotation marks was not said for that; several words were.
        ("<We> [zigzag] {a “narrow” win as a loss}.", None, "zigzag"),
        ("<She> [zigzagged] {that the win was “as narrow as it gets”}.", "statement", "zigzag"),
        ("<She> [said] {that the win was “narrow”}.", "statement", "say"),
        # To expect that others do is a belief, to expect to do it oneself a plan.
        ("<Lind> [expects] {prices to fall}.", "belief", "expect"),
        ("<Lind> [expects] {to resign in May}.", "intention", "expect"),
        ("{Lind} [is expected] {to resign}.", "belief", "expect"),
        # A view of a thing, or a sight of it.
        ("<Lind> [sees] {no reason to wait}.", "belief", "see"),
        ("<Lind> [saw] {that the door was open}.", "knowledge", "see"),
        ("{The deal} [is seen as] {a failure}.", "belief", "see"),
        ("<Lind> [feels] {that it is over}.", "belief", "feel"),
        # Persons suggest in words, figures do not speak.
        ("<Lind> [suggested] {that they wait}.", "statement", "suggest"),
        ("<The data> [suggest] {that prices will fall}.", "belief", "suggest"),
        ("<Lind> [indicated] {that she would go}.", "statement", "indicate"),
        ("<The figures> [indicate] {that prices fell}.", "knowledge", "indicate"),
        ("<The board> [moved to] {close the harbour}.", "intention", "move"),
        ("<Lind> [agreed to] {pay}.", "intention", "agree"),
        ("<Lind> [agreed] {that it was late}.", "statement", "agree"),
        ("<Lind> [agreed with] {the plan}.", "belief", "agree with"),
        ("<Her> [claim] {that it would rain} was false.", "statement", "claim"),
        ("<His> [belief] {that it would rain}", "belief", "belief"),
        ("<Their> [plan] {to leave}", "intention", "plan"),
        ("<The board> [released a statement saying] {it would pay}.", "statement", "say"),
        ("<Lind> [made it clear] {that she would go}.", "statement", "clear"),
        ("<Lind> [also pointed out] {that it was late}.", "statement", "point out"),
        ("<Lind> [was heard saying] {that it was late}.", "statement", "hear"),
    ],
)
def test_a_cue_has_the_class_of_its_construction(marked: str, kind: str, lemma: str) -> None:
    assert read(marked) == CueReading(kind, lemma)


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("“{It is over},” <she> [said].", "statement"),
        ("“{It is over},” <she> [believes].", "statement"),
        ("“{It is over},” [laughed] <Lind>.", "statement"),
        ("“{It is over},” <she> [thought].", "belief"),
        ("“{It is over}.”", "statement"),
        ("<Lind> [mocked] {the plan as “a joke”}.", "statement"),
        ("<Lind> [mocked] {the plan}.", "belief"),
        ("<Lind> [believes] {the plan is “a joke”}.", "belief"),
        ("the plan [known as] {“Level 4”}", None),
    ],
)
def test_words_in_quotation_marks_were_said_unless_somebody_thought_them(marked: str, kind: str | None) -> None:
    assert read(marked).attribution_type == kind


@pytest.mark.parametrize(
    "marked",
    [
        "<Lind> [did not say] {whether it would rain}.",
        "<Lind> [won’t say] {what she will do}.",
        "<Lind> [denied] {wrongdoing}.",
        "<Lind> [called for] {reforms}.",
        "<Lind> [asked for] {a hearing to be held}.",
        "<No one> [said] {that it would rain}.",
        "<Lind> [announced] {the end of the strike that had begun in May}.",
        "{The tax} [was announced].",
        "<Lind> [gardens] {the yard}.",
        "{The harbour}",
    ],
)
def test_nothing_said_a_mere_topic_or_a_strange_word_has_no_class(marked: str) -> None:
    assert read(marked).attribution_type is None


@pytest.mark.parametrize(
    "marked",
    [
        "<Lind> [announced] {that the strike is over}.",
        "<Lind> [denied] {having seen him}.",
        "<Lind> [announced] {the strike is over}.",
        "<Lind> [pointed out] {they’ll be late}.",
        "<Lind> [noted] {the crew won’t wait}.",
        "<Lind> [noted] {the debate erased all memory of it}.",
        "<Lind> [asked] {the crew to wait}.",
        "<Lind> [accused] {the board of lying}.",
        "{The strike was over}, <Lind> [announced].",
    ],
)
def test_a_clause_is_a_statement_however_it_begins(marked: str) -> None:
    assert read(marked).attribution_type == "statement"


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("said", "say"),
        ("argued", "argue"),
        ("vowing", "vow"),
        ("admitted", "admit"),
        ("denies", "deny"),
        ("stressed", "stress"),
        ("quipped", "quip"),
        ("closes", "close"),
        ("told", "tell"),
        ("bring", "bring"),
        ("consensus", "consensus"),
        ("zorbed", "zorb"),
    ],
)
def test_lemmas(word: str, lemma: str) -> None:
    assert lemma_of(word) == lemma
