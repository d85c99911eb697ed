"""The index of signatures: kept while it serves, made anew where it does not, and never in the way of the result."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.copies.find import Copies
from tests.copied_stories import Batch, Told, contents, copies_of, left_by, sentences_of, write_batch

STORIES = [Told(f"a{n:02}", sentences_of(n // 2, 6)) for n in range(24)]


@pytest.fixture
def first(tmp_path: Path) -> tuple[dict[str, Batch], Copies]:
    batches = {"old": write_batch(tmp_path / "old", STORIES)}
    return batches, copies_of(batches, tmp_path / "first")


def with_one_more(batches: dict[str, Batch], folder: Path) -> dict[str, Batch]:
    return {**batches, "new": write_batch(folder / "new", [Told("z", sentences_of(3, 5))])}


def test_one_more_article_leaves_the_index_as_it_is(first, tmp_path):
    batches, copies = first
    more = with_one_more(batches, tmp_path)
    then = copies_of(more, tmp_path / "then", left_by(copies, [more["new"].signatures], []))
    assert then.index == copies.index
    assert contents(then) == contents(copies_of(more, tmp_path / "rebuilt"))


def test_an_index_that_most_is_missing_from_is_made_anew(first, tmp_path):
    batches, copies = first
    more = {
        **batches,
        "new": write_batch(tmp_path / "new", [s._replace(article_id=f"b{s.article_id}") for s in STORIES]),
    }
    then = copies_of(more, tmp_path / "then", left_by(copies, [more["new"].signatures], []))
    assert then.index != copies.index
    assert contents(then) == contents(copies_of(more, tmp_path / "rebuilt"))


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_index_costs_time_alone(which, first, tmp_path):
    batches, copies = first
    Path(copies.index[which]).write_bytes(b"nonsense")
    more = with_one_more(batches, tmp_path)
    then = copies_of(more, tmp_path / "then", left_by(copies, [more["new"].signatures], []))
    assert contents(then) == contents(copies_of(more, tmp_path / "rebuilt"))


def test_articles_that_went_are_not_found_in_an_index_that_still_has_them(tmp_path):
    batches = {
        "many": write_batch(tmp_path / "many", STORIES),
        "few": write_batch(tmp_path / "few", [STORIES[0]._replace(article_id="q")]),
    }
    copies = copies_of(batches, tmp_path / "first")
    left = {"many": batches["many"]}
    then = copies_of(left, tmp_path / "then", left_by(copies, [], [batches["few"].signatures]))
    assert then.index == copies.index
    assert contents(then) == contents(copies_of(left, tmp_path / "rebuilt"))
