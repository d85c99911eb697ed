"""How long linking takes and how much memory it needs, on synthetic mentions.

    python -m benchmarks.linking --mentions 1000000 10000000

Each size runs in a process of its own, so that its peak memory is its own. Names follow a Zipf law, as in news.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.link.entities import link_parts
from transforms import ids
from transforms.catalog import Catalog
from transforms.schema import arrow_schema
from transforms.tables import BY_NAME

MENTIONS_AN_ARTICLE, ENTITIES_AN_ARTICLE, ARTICLES_A_PART = 30, 12, 2_000
SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "ke",
    "li",
    "mo",
    "nu",
    "pra",
    "ri",
    "sto",
    "tu",
    "ve",
    "wa",
    "yo",
    "zi",
]
TYPES = ["person", "organization", "place", "group"]


def name_pool(n_names: int) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Names, types and ids of the entities of the world; every twentieth person is known by surname alone."""
    chance = np.random.default_rng(1)
    picks = chance.integers(0, len(SYLLABLES), (n_names, 5))
    words = [
        "".join(SYLLABLES[i] for i in row[:2]).title() + " " + "".join(SYLLABLES[i] for i in row[2:]).title()
        for row in picks
    ]
    types = [TYPES[i] for i in np.minimum(chance.integers(0, 6, n_names), 3)]
    names = [
        f"{word} {index}" if kind != "person" else word
        for index, (word, kind) in enumerate(zip(words, types, strict=True))
    ]
    entity_ids = [ids.entity_id(kind, name.lower()) for name, kind in zip(names, types, strict=True)]
    names = [
        name.split()[1] if kind == "person" and i % 20 == 0 else name
        for i, (name, kind) in enumerate(zip(names, types, strict=True))
    ]
    return pa.array(names), pa.array(types), pa.array(entity_ids)


def empty_columns(table: str, n_rows: int) -> dict[str, pa.Array]:
    """A column of nulls or blanks for each column of the table."""
    columns = {}
    for field in arrow_schema(BY_NAME[table]):
        if pa.types.is_list(field.type):
            columns[field.name] = pa.array([[]] * n_rows, field.type)
        elif field.nullable:
            columns[field.name] = pa.nulls(n_rows, field.type)
        else:
            columns[field.name] = pa.array(["" if field.type == pa.string() else 0] * n_rows).cast(field.type)
    return columns


def write(folder: Path, table: str, number: int, n_rows: int, **values: pa.Array) -> Path:
    """One part of one table."""
    schema = arrow_schema(BY_NAME[table])
    path = folder / table / f"part-{number:05d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = empty_columns(table, n_rows) | values
    pq.write_table(pa.table([columns[f.name].cast(f.type) for f in schema], schema=schema), path, compression="zstd")
    return path


def write_parts(folder: Path, n_mentions: int) -> dict[str, list[Path]]:
    """Parts of four tables with about ``n_mentions`` mentions."""
    names, types, entity_ids = name_pool(max(1_000, n_mentions // 8))
    chance = np.random.default_rng(2)
    parts: dict[str, list[Path]] = {
        table: [] for table in ("articles", "quotes", "entity_mentions", "article_entities")
    }
    n_parts = max(1, n_mentions // MENTIONS_AN_ARTICLE // ARTICLES_A_PART)
    for number in range(n_parts):
        article_ids = pa.array([ids.article_id(f"{number}/{i}", 0) for i in range(ARTICLES_A_PART)])
        days = pa.array(chance.integers(18_000, 19_000, ARTICLES_A_PART), pa.int32()).cast(pa.date32())
        n_entities, n_rows = ARTICLES_A_PART * ENTITIES_AN_ARTICLE, ARTICLES_A_PART * MENTIONS_AN_ARTICLE
        picked = np.minimum(chance.zipf(1.15, n_entities) - 1, len(names) - 1)
        picked = np.where(picked == len(names) - 1, chance.integers(0, len(names), n_entities), picked)
        owners = pa.array(np.repeat(np.arange(ARTICLES_A_PART), ENTITIES_AN_ARTICLE))
        keys = pa.array([f"{number}-{i}" for i in range(n_rows)])
        slots = np.repeat(np.arange(ARTICLES_A_PART) * ENTITIES_AN_ARTICLE, MENTIONS_AN_ARTICLE)
        slots = pa.array(slots + chance.integers(0, ENTITIES_AN_ARTICLE, n_rows))
        local = entity_ids.take(pa.array(picked))
        shown = names.take(pa.array(picked))
        mention_owner = article_ids.take(owners.take(slots))
        parts["articles"].append(
            write(folder, "articles", number, ARTICLES_A_PART, article_id=article_ids, published_date=days)
        )
        parts["article_entities"].append(
            write(
                folder,
                "article_entities",
                number,
                n_entities,
                article_entity_id=keys.slice(0, n_entities),
                article_id=article_ids.take(owners),
                entity_id=local,
                name=shown,
                entity_type=types.take(pa.array(picked)),
                n_mentions=pa.array([MENTIONS_AN_ARTICLE // ENTITIES_AN_ARTICLE] * n_entities),
            )
        )
        parts["entity_mentions"].append(
            write(
                folder,
                "entity_mentions",
                number,
                n_rows,
                mention_id=keys,
                article_id=mention_owner,
                entity_id=local.take(slots),
                text=shown.take(slots),
            )
        )
        spoken = slots.slice(0, n_rows // 4)
        parts["quotes"].append(
            write(
                folder,
                "quotes",
                number,
                n_rows // 4,
                quote_id=keys.slice(0, n_rows // 4),
                article_id=article_ids.take(owners.take(spoken)),
                speaker_entity_id=local.take(spoken),
            )
        )
    return parts


def measure(n_mentions: int, memory_limit: str) -> None:
    """Print one line: mentions, entities, parts written anew, seconds, peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        parts = write_parts(Path(folder) / "base", n_mentions)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        result = link_parts(parts, Catalog(), Path(folder) / "out", memory_limit=memory_limit)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"mentions {n_mentions:>11,}  local entities {result.n_local:>9,}  entities {result.n_entities:>9,}  "
        f"parts anew {len(result.rewritten):>5}  seconds {seconds:7.1f}  mentions/s {n_mentions / seconds:>9,.0f}  "
        f"peak MB {peak / 1024:7.0f} (before linking {before / 1024:.0f})  rules {dict(result.n_by_rule)}",
        flush=True,
    )


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--memory-limit", default="1GB")
    options = parser.parse_args()
    for size in options.mentions:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(size, options.memory_limit))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
