"""What a reader is told of the differences between a copy and the kept article."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.copied_stories import sentences_of
from transforms.copies.differences import Differences, differences
from transforms.copies.words import word_numbers

STORY = sentences_of(1, 6)
texts = st.lists(
    st.lists(st.sampled_from(["ab", "cd", "ef", "gh", "“ij”", "kl,", "mn.", "中文"]), max_size=12), max_size=6
).map(lambda paragraphs: "\n\n".join(" ".join(words) for words in paragraphs))


def told(kept: str, copy: str) -> list[str]:
    """The paragraphs with -dropped-, +added+ and {moved from n: text}."""
    written = []
    for paragraph in differences(kept, copy).paragraphs:
        text = ""
        for kind, piece, moved_from in paragraph:
            sign = {"same": "", "dropped": "-", "added": "+"}[kind]
            text += f"{{{moved_from}: {sign}{piece}{sign}}}" if moved_from else f"{sign}{piece}{sign}"
        written.append(text)
    return written


@pytest.mark.parametrize(
    ("kept", "copy", "expected"),
    [
        ("The old bridge is shut.", "The new bridge is shut.", ["The -old- +new+ bridge is shut."]),
        ("The bridge is shut.", "The bridge is not shut.", ["The bridge is +not+ shut."]),
        ("The bridge, at last, is shut.", "The bridge is shut.", ["The bridge -at last,- is shut."]),
        ("One here.\n\nTwo there.\n\nTen now.", "One here.\n\nTen now.", ["One here.", "-Two there.-", "Ten now."]),
        ("One here.\n\nTen now.", "One here.\n\nTwo there.\n\nTen now.", ["One here.", "+Two there.+", "Ten now."]),
        ("He ate. She slept.\n\nTen now.", "He ate.\n\nTen now.", ["He ate. -She slept.-", "Ten now."]),
        (
            "He ate all.\n\nBye.\n\nTen now.",
            "He ate some.\n\nTen now.",
            ["He ate -all.- +some.+", "-Bye.-", "Ten now."],
        ),
        ("“IT’S late,” she said.", "'It's late', she said.", ["'It's late', she said."]),
        ("他说今天下雨。", "他说明天下雨。", ["他说-今-+明+天下雨。"]),
        ("", "", []),
        ("", "All new.", ["+All new.+"]),
        ("All gone.", "", ["-All gone.-"]),
    ],
)
def test_words_dropped_added_and_changed_are_told_where_they_stand(kept: str, copy: str, expected: list[str]) -> None:
    assert told(kept, copy) == expected


def test_paragraphs_in_another_order_are_told_with_what_changed_in_them() -> None:
    moved = STORY[4].replace(STORY[4].split()[6], "changed")
    copy = "\n\n".join((*STORY[:1], moved, *STORY[1:4], STORY[5]))
    word = STORY[4].split()[6]
    before, after = STORY[4].split(f" {word} ", 1)
    assert told("\n\n".join(STORY), copy) == [
        STORY[0],
        f"{{5: {before} }}{{5: -{word}-}}{{5:  }}{{5: +changed+}}{{5:  {after}}}",
        *STORY[1:4],
        STORY[5],
    ]


def test_a_story_in_other_paragraphs_differs_in_no_word() -> None:
    found = differences("\n\n".join(STORY), " ".join(STORY[:3]) + "\n\n" + " ".join(STORY[3:]))
    assert [found.n_dropped, found.n_added, found.n_moved, len(found.paragraphs)] == [0, 0, 0, 2]


def test_what_two_sentences_have_in_common_by_chance_is_no_bond() -> None:
    kept, copy = "We saw a cat on the wall near town.", "Ask him whether it is the time that suits both."
    assert told(f"Here.\n\n{kept}", f"Here.\n\n{copy}") == ["Here.", f"-{kept}-", f"+{copy}+"]


@given(texts, texts)
@settings(max_examples=200, deadline=None)
def test_no_word_is_lost_or_told_twice(kept: str, copy: str) -> None:
    found = differences(kept, copy)
    assert _words(found, "same", "added") == list(word_numbers(copy))
    assert sorted(_words(found, "dropped", "same")) == sorted(word_numbers(kept))
    assert found.n_same + found.n_moved + found.n_added == len(word_numbers(copy))
    assert found.n_same + found.n_moved + found.n_dropped == len(word_numbers(kept))


def _words(found: Differences, *kinds: str) -> list[int]:
    pieces = (piece for paragraph in found.paragraphs for piece in paragraph if piece.kind in kinds)
    return [number for piece in pieces for number in word_numbers(piece.text)]


def test_long_texts_that_say_one_thing_over_and_over_take_seconds() -> None:
    kept, copy = "a b " * 80_000, " c b a" * 60_000
    begun = time.process_time()
    assert differences(kept, copy).n_dropped == 160_000  # 3 GB would be needed to lay them side by side
    assert time.process_time() - begun < 20
