"""What is kept of a quotation to find it again."""

from __future__ import annotations

from typing import Any

from transforms.link.same_saying import Saying
from transforms.link.saying_words import saying_words
from transforms.link.sayings import SHORT_WORDS, find_prints, read_saying, saying_rows, speaker_key
from transforms.marks import quoted_mask

LONG = (
    "The glacier that feeds the reservoir will be gone before our grandchildren can read about it in schoolbooks, "
    "and nobody in the ministry has ordered a single survey of the valley below"
)


def row(text: str, part: str, *, kind: str = "direct", speaker: str | None = None, number: int = 0) -> dict[str, Any]:
    start = text.index(part)
    return {
        "quote_id": f"a-q0000{number}",
        "article_id": "a",
        "char_start": start,
        "char_end": start + len(part),
        "segments": [{"char_start": start, "char_end": start + len(part)}],
        "quote_type": kind,
        "speaker_name": speaker,
        "speaker_entity_id": "e" if speaker else None,
        "speaker_mention_type": "name" if speaker else "none",
    }


def test_words_of_a_quotation_within_are_somebody_elses() -> None:
    text = "The clerk recalled that the mayor had shouted “Burn the ledgers before the auditors arrive” at noon."
    outer = row(text, "the mayor had shouted “Burn the ledgers before the auditors arrive” at noon", kind="mixed")
    inner = row(text, "“Burn the ledgers before the auditors arrive”", number=1)
    by_id = {r["quote_id"]: r["words"] for r in saying_rows(text, [outer, inner], {})}
    assert by_id["a-q00001"] == "burn ledgers before auditors arrive"
    assert "ledgers" not in by_id.get("a-q00000", "")


def test_words_in_marks_stand_for_themselves_too() -> None:
    text = "that the plan, seen from the quay, was “a gift to every smuggler between here and the cape”"
    saying = read_saying(text, row(text, text, kind="mixed"), [], quoted_mask(text), {})
    assert saying.quoted == saying_words("a gift to every smuggler between here and the cape")


def test_a_word_or_two_in_marks_do_not() -> None:
    text = "she would “never surrender”"
    saying = read_saying(text, row(text, text, kind="mixed"), [], quoted_mask(text), {})
    assert (saying.words, saying.quoted) == (("will", "never", "surrender"), ())


def test_a_person_goes_by_surname_and_a_body_by_its_name() -> None:
    lind, board = row("x", "x", speaker="Ada Lind Jr."), row("x", "x", speaker="the Harbour Board")
    assert speaker_key(lind, {"e": "person"}) == "lind"
    assert speaker_key(board, {"e": "organization"}) == "harbour board"
    assert speaker_key(row("x", "x"), {}) == ""


def test_equal_sayings_are_one_node_where_that_is_enough() -> None:
    texts = ["“We will never surrender,”", "“No comment on the report,”"]
    nodes = []
    for text in texts:
        rows = [row(text, text, speaker=speaker, number=n) for n, speaker in enumerate(("Ada Lind", "Ada Lind"))]
        nodes.append({r["node"] for r in saying_rows(text, rows, {"e": "person"})})
    assert len(nodes[0]) == 1


def test_common_words_leave_a_print_only_with_their_speaker() -> None:
    words = saying_words("that is what it is and this is what we have")
    assert find_prints(Saying(words, "", is_reported=False)) == []
    lind, reyes = (set(find_prints(Saying(words, name, is_reported=False))) for name in ("lind", "reyes"))
    assert not lind & reyes


def test_a_long_saying_keeps_few_prints_and_shares_them_with_its_parts() -> None:
    words = saying_words(LONG)
    whole = find_prints(Saying(words, "lind", is_reported=False))
    assert len(words) > SHORT_WORDS
    assert len(whole) < 0.7 * len(words)
    for start in range(len(words) - 8):
        part = Saying(words[start : start + 8], "", is_reported=False)
        assert set(find_prints(part)) & set(whole)


def test_nothing_is_kept_of_what_cannot_be_found_again() -> None:
    text = "“Yes,” “No.”"
    assert saying_rows(text, [row(text, "“Yes,”"), row(text, "“No.”", number=1)], {}) == []
