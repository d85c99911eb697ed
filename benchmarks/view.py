"""How fast the reading page is: ``python -m benchmarks.view data`` copies a data set's rows until they are many.

Makes 100,000 articles and 1.5 million quotations (``--articles``, ``--quotations``) in a folder that is thrown away,
opens `newsmill view` on it, and prints the time to the first page, the size of what is kept beside the data, the
server's memory, and for each page the time of the first answer, the median of those after it, and the processor time
that one took (which says more on a machine that others use too).
"""

from __future__ import annotations

import argparse
import hashlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import httpx
import psutil

from flows.store.local import LocalStore
from flows.store.manifest import StoredFile
from flows.store.parquet import table_paths

PARTS = 300  # as many as a run makes of so many articles
ROUNDS = 7
PORT = 8766
FIRST_DAY = "DATE '2015-01-01'"
N_DAYS = 3_650
ENTITY_COPIES = 25  # copies of an entity that pass for others
# Copied rows get ids of their own, quotations' words that tell copies apart, and days all over ten years.
OWN = "replace({column}, {article}, md5({article} || copy)[:16])"
ROWS = {
    "articles": f"* REPLACE ({OWN.format(column='article_id', article='article_id')} AS article_id, "
    f"({FIRST_DAY} + ((hash(article_id || copy) % {N_DAYS})::INTEGER)) AS published_date, "
    "title || ' ' || copy AS title)",
    "quotes": "* REPLACE ({ids}, text || ' ' || substr(md5(quote_id || copy), 1, 5) AS text, {entity})",
    "entity_mentions": "* REPLACE ({ids}, {entity})",
    "article_entities": "* REPLACE ({ids}, {entity})",
}
IDS = {
    "quotes": ("quote_id", "article_id", "first_sentence_id", "last_sentence_id"),
    "entity_mentions": ("mention_id", "article_id", "sentence_id", "quote_id"),
    "article_entities": ("article_entity_id", "article_id"),
}
ENTITY = {"quotes": "speaker_entity_id", "entity_mentions": "entity_id", "article_entities": "entity_id"}


def main() -> int:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("data", nargs="?", default="data")
    options.add_argument("--articles", type=int, default=100_000)
    options.add_argument("--quotations", type=int, default=1_500_000)
    options.add_argument("--keep", type=Path, help="keep the copied data set here")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = given.keep or Path(folder)
        if not (out / "latest").exists():
            multiply(given.data, out, given.articles, given.quotations)
        measure(out)
    return 0


def multiply(data: str, out: Path, n_articles: int, n_quotations: int) -> None:
    """A data set of so many articles and (at most) quotations, from the rows of another."""
    source = LocalStore(Path(data).absolute())
    number = source.latest_number()
    assert number is not None, f"no snapshot in {data}"
    store, manifest = LocalStore(out.absolute()), source.manifest(number)
    folder = store.folder(1)
    with duckdb.connect() as con:
        for table in (*ROWS, "entities", "runs", "quarantine"):
            con.execute("SET VARIABLE paths = $p", {"p": table_paths(source, number, table)})
            con.execute(f"CREATE TABLE {table} AS FROM read_parquet(getvariable('paths'))")
            (folder / table).mkdir(parents=True)
        n_copies = max(n_articles // manifest.counts["articles"], 1)
        share = n_quotations / (n_copies * manifest.counts["quotes"])
        files = list(_write_parts(con, folder, n_copies, share))
        files += list(_write_whole(con, folder))
        counts = {
            table: sum(file.n_rows for file in files if file.table == table) for table in {f.table for f in files}
        }
    (folder / "manifest.json").write_bytes(replace(manifest, number=1, counts=counts, files=tuple(files)).to_json())
    store.point_latest(1)
    print(", ".join(f"{counts[table]:,} {table}" for table in ("articles", "quotes", "entity_mentions", "entities")))


def _write_parts(con: duckdb.DuckDBPyConnection, folder: Path, n_copies: int, share: float) -> Iterator[StoredFile]:
    """Every table's parts, of quotations only as large a share as is wanted."""
    per_part = max(n_copies // PARTS, 1)
    for part, first in enumerate(range(0, n_copies, per_part)):
        copies = f"range({first}, {min(first + per_part, n_copies)}) t(copy)"
        for table, columns in ROWS.items():
            ids = ", ".join(f"{OWN.format(column=c, article='article_id')} AS {c}" for c in IDS.get(table, ()))
            entity = ENTITY.get(table, "")
            chosen = columns.format(ids=ids, entity=f"{entity} || '-' || (copy % {ENTITY_COPIES}) AS {entity}")
            query = f"SELECT {chosen} FROM {table}, {copies}"
            if table == "quotes":
                query += f" WHERE hash(quote_id || copy) % 1000 < {1000 * share}"
            yield _write(con, folder, table, f"part-{part:05d}.parquet", query)


def _write_whole(con: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[StoredFile]:
    yield _write(con, folder, "entities", "part-0.parquet", f"""
        SELECT * EXCLUDE (copy, n_mentions, n_articles, n_quotes, entity_id, name),
               entity_id || '-' || copy AS entity_id, name || CASE WHEN copy = 0 THEN '' ELSE ' ' || copy END AS name,
               n_mentions * 25 AS n_mentions, n_articles * 25 AS n_articles, n_quotes * 25 AS n_quotes
        FROM entities, range({ENTITY_COPIES}) t(copy)""")  # fmt: skip
    for table in ("runs", "quarantine"):
        yield _write(con, folder, table, "part-0.parquet", f"FROM {table}")


def _write(con: duckdb.DuckDBPyConnection, folder: Path, table: str, name: str, query: str) -> StoredFile:
    path = folder / table / name
    # The copies' number is no column of the table.
    columns = "* EXCLUDE (copy)" if "t(copy)" in query and table in ROWS else "*"
    n_rows = con.execute(
        f"COPY (SELECT {columns} FROM ({query})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()[0][0]
    digest = hashlib.sha256(f"{table}/{name}/{n_rows}".encode()).hexdigest()
    return StoredFile(table, name, n_rows, path.stat().st_size, digest)


def measure(out: Path) -> None:
    """Open the page and ask for every kind of it."""
    command = [sys.executable, "-m", "flows.cli.main", "view", "--out", str(out), "--port", str(PORT), "--no-open"]
    command += ["--corrections", str(out / "corrections.csv")]
    started = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            client = _wait(process, started)
            _ask(client, psutil.Process(process.pid))
            memory = psutil.Process(process.pid).memory_info().rss
            print(f"server's memory: {memory / 1e6:,.0f} MB")
        finally:
            process.terminate()
    for kind in ("search", "facts"):
        size = sum(path.stat().st_size for path in (out / ".view").glob(f"{kind}-*"))
        print(f"{kind} file: {size / 1e6:,.0f} MB")
    started = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, started, "opened again, files there")
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], started: float, what: str = "opened, files made") -> httpx.Client:
    client = httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120)
    while process.poll() is None:
        try:
            client.get("/static/style.css")
            break
        except httpx.TransportError:
            time.sleep(0.05)
    print(f"{what}: {time.perf_counter() - started:.1f} s")
    return client


def _ask(client: httpx.Client, server: psutil.Process) -> None:
    links = client.get("/entities").text.split('href="/entity/')
    entity, other = (link.split('"')[0] for link in links[1:3])
    article = client.get("/articles").text.split('href="/article/')[1].split('"')[0]
    pages = {
        "overview": "/", "all quotations": "/quotes", "article": f"/article/{article}", "entity": f"/entity/{entity}",
        "articles": "/articles?q=ferry&sort=n_quotes", "entities": "/entities?q=am&sort=n_quotes", "runs": "/runs",
        "quarantine": "/quarantine", "of a speaker": f"/quotes?speaker={entity}", "about": f"/quotes?about={entity}",
        "search, “the”": "/quotes?q=the", "search, common word": "/quotes?q=will",
        "search, rare word": "/quotes?q=lighthouse",
        "search, phrase": "/quotes?q=%22would+be%22", "search, prefix": "/quotes?q=minist*",
        "search, by date": "/quotes?q=ferry&sort=date",
        "search with facets": "/quotes?q=ferry&type=direct&confidence=0.8",
        "a month": "/quotes?since=2020-05-01&until=2020-05-31", "page 40": "/quotes?page=40",
        "next page of a search": "/quotes?q=ferry&page=2",
        "who else it may be": f"/entity/{entity}/correct?action=merge",
        "what a merge would change": f"/entity/{other}/correct?action=merge&target={entity}",
        "corrections": "/corrections", "sayings": "/sayings",
    }  # fmt: skip
    print(f"{'page':26}{'first':>8}{'median':>8}{'processor':>11}  ms")
    for name, address in pages.items():
        times, before = [], server.cpu_times()
        for number in range(ROUNDS):
            asked = _anew(address, number)
            started = time.perf_counter()
            answer = client.get(asked)
            times.append(1000 * (time.perf_counter() - started))
            assert answer.status_code == 200, (address, answer.status_code)
        after = server.cpu_times()
        used = 1000 * (after.user + after.system - before.user - before.system) / ROUNDS
        print(f"{name:26}{times[0]:8.0f}{statistics.median(times[1:]):8.0f}{used:11.0f}", flush=True)


def _anew(address: str, number: int) -> str:
    """A question about quotations as nobody asked it before, so that what is kept of an answer does not count."""
    if not address.startswith("/quotes"):
        return address
    if "q=" in address:  # a word that must not be there, and is nowhere
        return re.sub(r"q=([^&]*)", rf"q=\1+-zz{number}zz", address)
    return f"{address}{'&' if '?' in address else '?'}confidence={number / 1000}"


if __name__ == "__main__":
    sys.exit(main())
