"""Random histories of articles and their quotations, joined run by run as a data set's are, without a whole run.

An article's text is its quotations and sentences of a few stories, so that there are copies, boilerplate and sayings
among a handful of them. From run to run articles come, change, go, are dated anew, come in a new edition, or quote
otherwise; batches that lose an article are written without it, and small ones become one.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq

from flows.copies.find import Copies
from flows.link.entities import CHANGED
from flows.link.reuse import Reused
from tests.copied_stories import Batch, Told, contents, copies_of, left_by, sentences_of, write_batch
from tests.quoted_corpus import QuotedCorpus, Said, clusters_of, link, tables
from tests.quoted_corpus import left_by as left_by_reuse

SPEAKERS = (None, "Ada Lind", "Lind", "Bo Reyes", "Reyes")
SAYINGS = (
    "The ferry terminal was never fit for winter traffic",
    "Nobody had told the crew that the lighthouse was out of order",
    "This budget robs the fishing villages to pay for a stadium",
    "We will never surrender",
    "No comment",
)
FOOT = sentences_of(900, 2)
MOST_AT_FIRST, MOST_RUNS, MOST_CHANGES = 14, 3, 4


class Story(NamedTuple):
    """One article of a history, but for its id."""

    sentences: tuple[str, ...]
    said: tuple[tuple[str, str | None], ...]
    day: int | None
    publisher: str | None
    url: str | None

    def told(self, article: str) -> Told:
        """What copies are found by."""
        date = dt.date(2021, 1, self.day) if self.day else None
        return Told(article, (*(text for text, _ in self.said), *self.sentences), date, self.publisher, self.url)

    def quoted(self) -> list[Said]:
        """What reuse is found by."""
        return [Said(text, speaker, self.day, self.publisher) for text, speaker in self.said]


State = dict[str, Story]


def random_states(chance: random.Random) -> list[State]:
    """What there is after each run."""
    state = {f"a{n:02}": random_story(chance) for n in range(chance.randint(2, MOST_AT_FIRST))}
    states = [state]
    for _ in range(chance.randint(1, MOST_RUNS)):
        state = dict(state)
        for _ in range(chance.randint(1, MOST_CHANGES)):
            change(state, chance)
        states.append(state)
    return states


def random_story(chance: random.Random) -> Story:
    """One of a few stories: whole, cut, mixed with another, turned about."""
    sentences = list(sentences_of(chance.randrange(4), 8))
    start = chance.randrange(5)
    sentences = sentences[start : start + chance.randint(1, 8)]
    if chance.random() < 0.3:
        sentences += sentences_of(10 + chance.randrange(6), chance.randint(1, 9))
    if chance.random() < 0.2:
        sentences.reverse()
    publisher = chance.choice((None, "Gazette", "Gazette", "Courier"))
    if publisher == "Gazette" and chance.random() < 0.7:
        sentences += FOOT
    said = tuple(random_saying(chance) for _ in range(chance.randrange(4)))
    return Story(tuple(sentences), said, random_day(chance), publisher, random_url(chance))


def random_saying(chance: random.Random) -> tuple[str, str | None]:
    """One of a few sentences, or two, whole or not, some words of it out of marks."""
    words = " and ".join(chance.choices(SAYINGS, k=chance.randint(1, 2))).split()
    if chance.random() < 0.4 and len(words) > 4:
        start = chance.randrange(len(words) - 3)
        words = words[start : start + chance.randint(4, len(words))]
    if chance.random() < 0.3:
        words[chance.randrange(len(words))] = chance.choice(("harbour", "towns", "nobody"))
    at = chance.choice((0, 0, 0, 2, len(words)))
    told, quoted = " ".join(words[:at]), " ".join(words[at:])
    return f"{told} “{quoted}”".strip() if quoted else told, chance.choice(SPEAKERS)


def random_day(chance: random.Random) -> int | None:
    """A day of a month, or none."""
    return chance.choice((None, 1, 2, 3, 4, 20))


def random_url(chance: random.Random) -> str | None:
    """An address that few share, or none."""
    return chance.choice((None, None, None, "https://example.org/a", "https://example.org/b"))


def change(state: State, chance: random.Random) -> None:
    """Do one thing to the articles."""
    name = chance.choice(sorted(state)) if state else "a00"
    story = state.get(name) or random_story(chance)
    kind = chance.choice(("add", "add", "remove", "rewrite", "date", "edition", "quote", "publisher"))
    if kind == "add":
        state[f"a{chance.randrange(40):02}"] = random_story(chance)
    elif kind == "remove":
        state.pop(name, None)
    elif kind == "rewrite":
        state[name] = story._replace(sentences=random_story(chance).sentences)
    elif kind == "date":
        state[name] = story._replace(day=random_day(chance))
    elif kind == "edition":
        updated = (*story.sentences[: 1 + len(story.sentences) // 2], *sentences_of(20 + chance.randrange(3), 4))
        state[f"a{chance.randrange(40):02}"] = story._replace(sentences=updated, url="https://example.org/a")
    elif kind == "quote":
        said = [saying for saying in story.said if chance.random() < 0.5] + [random_saying(chance)]
        state[name] = story._replace(said=tuple(chance.sample(said, len(said))))
    else:
        state[name] = story._replace(publisher=chance.choice((None, "Gazette", "Courier")))


class Written(NamedTuple):
    """A batch: its articles, and its parts for copies and for reuse."""

    articles: State
    copied: Batch
    quoted: Mapping[str, str]


class Joined(NamedTuple):
    """What a run leaves."""

    batches: dict[str, Written]
    copies: Copies
    reused: Reused


class DataSet:
    """A folder in which batches are written and joined."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self._n = 0
        folder.mkdir(parents=True)
        self._corpus = QuotedCorpus(folder)

    def write(self, state: State) -> tuple[str, Written]:
        """A batch of articles in any order, under a name of its own."""
        self._n += 1
        name, order = f"b{self._n}", self.chance.sample(sorted(state), len(state))
        copied = write_batch(self.folder / name, [state[article].told(article) for article in order])
        quoted = self._corpus.write({article: state[article].quoted() for article in order}, self.chance)
        return name, Written(state, copied, quoted)

    def deal(self, state: State) -> dict[str, Written]:
        """Articles as one or two batches."""
        names = self.chance.sample(sorted(state), len(state))
        cut = self.chance.randint(0, len(names))
        return dict(self.write({name: state[name] for name in some}) for some in (names[:cut], names[cut:]) if some)

    def join(self, batches: dict[str, Written], before: Joined | None) -> Joined:
        """Find copies and reuse over some batches, from what the run before left where there was one."""
        self._n += 1
        new, gone = _differing(before.batches if before else {}, batches)
        left = before and left_by(
            before.copies, [b.copied.signatures for b in new], [b.copied.signatures for b in gone]
        )
        parts = {name: batch.copied for name, batch in batches.items()}
        copies = copies_of(parts, self.folder / f"copies{self._n}", left)
        said_now, said_then = ([batch.quoted["sayings"] for batch in some] for some in (new, gone))
        known = before and left_by_reuse(before.reused, gone=said_then, fresh=said_now, touched=copies.touched)
        said = {name: story.quoted() for batch in batches.values() for name, story in batch.articles.items()}
        quoted = [batch.quoted for batch in batches.values()]
        files = {"duplicates": copies.duplicates, "boilerplate": copies.boilerplate}
        files["final_ids"] = write_final_ids(said, self.folder / f"final_ids{self._n}.parquet")
        reused = link(self._corpus, said, quoted, known=known, **files)
        return Joined(batches, copies, reused)


def _differing(was: Mapping[str, Written], now: Mapping[str, Written]) -> tuple[list[Written], list[Written]]:
    return [now[name] for name in now if name not in was], [was[name] for name in was if name not in now]


def write_final_ids(said: Mapping[str, Sequence[Said]], path: Path) -> Path:
    """A surname alone is whoever else of that name is quoted, where somebody is."""
    names = {quotation.speaker for quotations in said.values() for quotation in quotations if quotation.speaker}
    full = {name.split()[-1]: name for name in sorted(names) if " " in name}
    rows = [{"article_id": None, "local_id": f"e-{n}", "final_id": f"e-{full[n]}"} for n in names if n in full]
    pq.write_table(pa.Table.from_pylist(rows, schema=CHANGED), path)
    return path


def carried(data: DataSet, batches: dict[str, Written], state: State) -> dict[str, Written]:
    """The batches of the next run: what stays as it was, what lost an article written anew, and what is new."""
    kept: dict[str, Written] = {}
    for name, batch in batches.items():
        left = {article: story for article, story in batch.articles.items() if state.get(article) == story}
        kept |= {name: batch} if left == batch.articles else dict([data.write(left)]) if left else {}
    if data.chance.random() < 0.3 and len(kept) > 1:
        kept = dict(
            [data.write({article: story for batch in kept.values() for article, story in batch.articles.items()})]
        )
    there = {article for batch in kept.values() for article in batch.articles}
    return kept | data.deal({article: story for article, story in state.items() if article not in there})


def live_through(seed: int, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is found in the end of a history run by run, and at once."""
    chance = random.Random(seed)
    stale, small = chance.choice((0.1, 9.0)), chance.choice((1, 3, 12))
    with patch("flows.link.index.MAX_STALE_SHARE", stale), patch("flows.link.reuse.SMALL_BUCKET", small):
        data = DataSet(folder / "lived", chance)
        states = random_states(chance)
        joined = data.join(data.deal(states[0]), None)
        for state in states[1:]:
            joined = data.join(carried(data, joined.batches, state), joined)
        rebuilt = DataSet(folder / "rebuilt", chance)
        return found(joined), found(rebuilt.join(rebuilt.deal(states[-1]), None))


def found(joined: Joined) -> dict[str, Any]:
    """All that was found, whatever the batches."""
    names = joined.copies.kept_by_batch.groups
    kept = {article: of for batch in names for article, of in joined.copies.kept(batch).items()}
    clusters = [row for rows in clusters_of(joined.reused).values() for row in rows]
    by_quote = sorted(clusters, key=lambda row: row["quote_id"])
    return {"copies": contents(joined.copies), "kept": kept, "clusters": by_quote, **tables(joined.reused)}
