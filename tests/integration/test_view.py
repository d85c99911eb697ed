"""The reading page shows what is in the data set, finds what is asked for, and gives it away as files and as SQL."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from starlette.testclient import TestClient

from flows.errors import UserError
from flows.view import snapshot as snapshots
from flows.view.glance import FIGURES
from flows.view.serve import view
from flows.view.snapshot import QueryTimeoutError
from tests.integration.view_site import RECORDS, links_of, make_pages, open_pages, text_of, write_news
from tests.pieces import refresh
from tests.seed_folder import SeedFolder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, TestClient]]:
    folder = tmp_path_factory.mktemp("view")
    yield folder, make_pages(folder)


@pytest.fixture(scope="module")
def pages(made: tuple[Path, TestClient]) -> TestClient:
    return made[1]


def said(pages: TestClient, query: str) -> list[str]:
    """The quotations that a question finds, by its CSV file, without the marks at their ends."""
    answer = pages.get(f"/quotes.csv?{query}")
    assert answer.status_code == 200, answer.text
    return [row["text"].strip("'“”,") for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))]


def words(number: int) -> str:
    return RECORDS[number][5]


def entity_id(pages: TestClient, name: str) -> str:
    page = pages.get(f"/entities?q={name}").text
    return next(link for link in links_of(page) if link.startswith("/entity/")).removeprefix("/entity/")


def test_every_page_of_the_site_answers(pages: TestClient) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    to_see = ["/"]
    for address in to_see:
        of_kind = seen[re.findall("^/[a-z]*", address)[0]]
        if address in of_kind or len(of_kind) >= 8:
            continue
        answer = pages.get(address)
        assert answer.status_code == 200, address
        of_kind.add(address)
        if "text/html" in answer.headers["content-type"]:
            to_see += [link.partition("#")[0] for link in links_of(answer.text) if link.startswith("/")]
    assert set(seen) >= {
        "/",
        "/quotes",
        "/article",
        "/articles",
        "/entity",
        "/entities",
        "/runs",
        "/quarantine",
        "/figures",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=harbour", [0]),
        ("q=HARBOUR*", [1, 0]),
        ("q=%22will open%22", [0]),
        ("q=will open", [2, 0]),
        ("q=will -bridge", [0]),
        ("q=Muller", [1]),
        ("q=nobodysays", []),
        ("publisher=The Gazette", [1, 0]),
        ("publisher=The Gazette&publisher=The Herald&sort=oldest", [4, 0, 1, 2]),
        ("publisher=(none)", [3]),
        ("section=Trade&since=2024-01-01", [1, 0]),
        ("since=2024-03-01&until=2024-03-04", [1, 0]),
        ("type=direct&confidence=0.9", []),
        ("status=named&q=bridge&sort=date", [2, 3]),
    ],
)
def test_a_question_finds_its_quotations(pages: TestClient, query: str, expected: list[int]) -> None:
    found = said(pages, f"{query}&sort=date" if "q=" in query and "sort" not in query else query)
    assert found == [words(number) for number in expected]
    assert f"{len(expected)} quotation" in text_of(pages.get(f"/quotes?{query}").text)


def test_speaker_and_about_whom(pages: TestClient) -> None:
    smith, jones = entity_id(pages, "smith"), entity_id(pages, "jones")
    assert said(pages, f"speaker={smith}") == [words(2), words(0)]
    assert said(pages, f"about={jones}") == [words(2)]
    assert said(pages, f"speaker={smith}&about={jones}&q=bridge") == [words(2)]
    assert said(pages, f"speaker={jones}&about={smith}") == []


def test_the_best_match_comes_first(pages: TestClient) -> None:
    assert said(pages, "q=bridge") == [words(3), words(2)]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=harbour*",
        "q=%22will open%22 -bridge",
        "q=Robert Jones&publisher=The Herald",
        "publisher=(none)&type=direct",
        "since=2024-03-02&confidence=0.5",
        "section=Trade&section=(none)&sort=oldest",
        "status=named&sort=confidence",
    ],
)
def test_the_sql_that_is_shown_finds_the_same(pages: TestClient, query: str) -> None:
    page = pages.get(f"/quotes?{query}").text
    sql = html.unescape(re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)[0])
    rows = csv.DictReader(io.StringIO(pages.get(f"/quotes.csv?{query}").text.lstrip("\ufeff")))
    assert sorted(row[0] for row in duckdb.sql(sql).fetchall()) == sorted(row["quote_id"] for row in rows)


def test_sql_by_speaker_and_about_whom(pages: TestClient) -> None:
    smith, jones = entity_id(pages, "smith"), entity_id(pages, "jones")
    page = pages.get(f"/quotes?speaker={smith}&about={jones}").text
    sql = html.unescape(re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)[0])
    assert len(duckdb.sql(sql).fetchall()) == 1


def test_every_kind_of_file_holds_the_same(pages: TestClient, tmp_path: Path) -> None:
    frames = {}
    for form in ("csv", "xlsx", "jsonl", "parquet"):
        answer = pages.get(f"/quotes.{form}?publisher=The Gazette")
        assert "attachment" in answer.headers["content-disposition"]
        (tmp_path / f"q.{form}").write_bytes(answer.content)
    frames["csv"] = pd.read_csv(tmp_path / "q.csv")
    frames["xlsx"] = pd.read_excel(tmp_path / "q.xlsx", engine="openpyxl")
    frames["jsonl"] = pd.DataFrame(map(json.loads, (tmp_path / "q.jsonl").read_text("utf-8").splitlines()))
    frames["parquet"] = pd.read_parquet(tmp_path / "q.parquet")
    for frame in frames.values():
        assert [str(day)[:10] for day in frame["published_date"]] == ["2024-03-04", "2024-03-01"]
        assert list(frame["quote_id"]) == list(frames["csv"]["quote_id"])
        assert frame["text"].tolist() == frames["csv"]["text"].tolist()


def test_what_a_list_finds_can_be_taken_along(pages: TestClient) -> None:
    page = pages.get("/articles?publisher=The Gazette&sort=title").text
    (address,) = (link for link in links_of(page) if link.startswith("/articles.csv"))
    rows = list(csv.DictReader(io.StringIO(pages.get(address).text.lstrip("\ufeff"))))
    assert [row["title"] for row in rows] == ["Harbour closes", "Harbour opens"]
    for name in ("entities", "runs", "quarantine"):
        for form in ("csv", "xlsx", "jsonl", "parquet"):
            answer = pages.get(f"/{name}.{form}")
            assert (answer.status_code, "attachment" in answer.headers["content-disposition"]) == (200, True), name
    assert "broken.jsonl" in pages.get("/quarantine.csv?reason=bad_json").text
    assert pages.get("/articles.exe").status_code == 404


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_gives_its_data(pages: TestClient, figure: str) -> None:
    for form in ("csv", "xlsx", "jsonl", "parquet"):
        answer = pages.get(f"/figures/{figure}.{form}")
        assert (answer.status_code, "attachment" in answer.headers["content-disposition"]) == (200, True)


def test_every_picture_of_the_first_page_has_its_data_a_click_away(pages: TestClient) -> None:
    page = pages.get("/").text
    given = {link for link in links_of(page) if link.endswith(".csv")}
    none = {"sayings", "organizations", "places"}  # of which these articles have none
    assert given == {f"/figures/{figure}.csv" for figure in FIGURES.keys() - none}
    by_month = pages.get("/figures/most-quoted-by-month.csv").text
    assert re.findall("Anna Smith,(.*),(.)\r", by_month) == [("2024-03-01", "1"), ("2024-04-01", "1")]


def test_a_chosen_value_can_be_changed_for_another(pages: TestClient) -> None:
    page = pages.get("/quotes?publisher=The Gazette").text
    assert "/quotes?publisher=The+Gazette&publisher=The+Herald" in set(links_of(page))
    assert "/quotes?" in set(links_of(page))  # the chosen one, taken away


def test_an_article_shows_text_speaker_and_source(pages: TestClient) -> None:
    address = next(link for link in links_of(pages.get("/articles?q=built").text) if link.startswith("/article/"))
    page = pages.get(address).text
    text = text_of(page)
    assert "Robert Jones will not open that bridge" in text.replace("1 “", "“")
    assert "news.jsonl" in text and "Anna Smith" in text and "1 April 2024" in text
    quotation = re.findall(r'<q class="direct" id="q0".*?</q>', page, re.DOTALL)[0]
    assert f'href="/entity/{entity_id(pages, "jones")}"' in quotation
    assert '<span class="cue">said</span>' in page


def test_an_entity_says_and_is_spoken_of(pages: TestClient) -> None:
    text = text_of(pages.get(f"/entity/{entity_id(pages, 'jones')}").text)
    assert words(1) in text and words(2) in text and "Spoken of by Anna Smith 1" in text


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("/articles?sort=title", "=HYPERLINK(1)"),
        ("/articles?sort=title&turned=1", "Undated bridge"),
        ("/articles?sort=published_date", "Bridge built"),
        ("/entities?sort=n_quotes", "Anna Smith"),
        ("/entities?sort=name&turned=1", "Robert Jones"),
        ("/quarantine?reason=bad_json", "broken.jsonl"),
    ],
)
def test_lists_are_sorted(pages: TestClient, address: str, first: str) -> None:
    rows = re.findall(r'<td class="main">(.*?)</td>', pages.get(address).text, re.DOTALL)
    assert html.unescape(re.sub("<[^>]*>", "", rows[0])).strip() == first


@pytest.mark.parametrize(
    "address",
    [
        "/quotes?since=yesterday",
        "/quotes?confidence=2",
        "/quotes?page=0",
        "/quotes?page=9999",
        "/quotes?confidence=nan",
        f"/quotes?q={'x' * 500}",
        "/quotes?" + "&".join(f"speaker=e-{n}" for n in range(50)),
        "/articles?sort=text",
        "/entities?type=ghost",
        "/articles?since=x",
        "/runs?page=-1",
        f"/articles?publisher={'x' * 5000}",
    ],
)
def test_what_cannot_be_asked_is_told(pages: TestClient, address: str) -> None:
    answer = pages.get(address)
    assert answer.status_code == 400
    assert "cannot be asked" in answer.text


@pytest.mark.parametrize(
    "words", ['"', "“", "AND OR NOT", "*", "-", "NEAR(a b)", "text:a", "a^b", "'; DROP TABLE x", "\x00", "(", "-only"]
)
def test_no_search_is_an_error(pages: TestClient, words: str) -> None:
    assert pages.get("/quotes", params={"q": words}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/article/none",
        "/entity/e-none",
        "/figures/passwd.csv",
        "/quotes.exe",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/article/..%2f..%2fmanifest.json",
    ],
)
def test_nothing_is_at_any_other_address(pages: TestClient, address: str) -> None:
    assert pages.get(address).status_code == 404


def test_a_query_that_takes_too_long_is_stopped(pages: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    latest = pages.app.state.site.latest  # type: ignore[attr-defined]
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7"
    started = time.monotonic()
    with latest.lease() as shown, pytest.raises(QueryTimeoutError), shown.asking(limit_s=0.2) as cursor:
        cursor.execute(endless).fetchall()
    assert time.monotonic() - started < 10
    monkeypatch.setattr(snapshots.Snapshot, "rows", lambda *_, **__: (_ for _ in ()).throw(QueryTimeoutError()))
    assert pages.get("/articles").status_code == 503


def test_the_facts_open_no_file(pages: TestClient) -> None:
    latest = pages.app.state.site.latest  # type: ignore[attr-defined]
    for query in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY quote TO '/tmp/x.csv'",
        "SET enable_external_access = true",
        "DELETE FROM quote",
        "ATTACH '/tmp/x.duckdb'",
        "INSTALL httpfs",
    ):
        with latest.lease() as shown, pytest.raises(duckdb.Error):
            shown.rows(query)


def test_a_new_snapshot_is_followed_and_its_index_is_what_a_new_one_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "LOOK_EVERY_S", 0.0)
    seeds, out = SeedFolder(tmp_path / "seeds"), tmp_path / "out"
    write_news(seeds)
    write_news(seeds, RECORDS[:2], "gone.jsonl")
    refresh(seeds.root, out, batch_chars=10_000)
    pages = open_pages(out)
    assert len(said(pages, "q=harbour*")) == 4
    seeds.delete("gone.jsonl")
    new = ("Harbour sold", "2024-05-01", "The Gazette", "Trade", "Peter Novak", "The harbour is sold")
    write_news(seeds, (new,), "more.jsonl")
    refresh(seeds.root, out, allow_gone=True)
    deadline = time.monotonic() + 20
    while "000002" not in pages.get("/").text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    followed = {query: said(pages, query) for query in ("q=harbour*", "q=open", "", "q=sold", "q=bridge")}
    assert len(followed["q=harbour*"]) == 3
    assert followed["q=sold"] == ["The harbour is sold"]
    shutil.rmtree(out / ".view")
    anew = open_pages(out)
    assert {query: said(anew, query) for query in followed} == followed


def test_what_is_shown_no_more_is_closed_once_nobody_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "LOOK_EVERY_S", 0.0)
    seeds, out = SeedFolder(tmp_path / "seeds"), tmp_path / "out"
    write_news(seeds)
    refresh(seeds.root, out)
    latest = snapshots.Latest(str(out))
    with latest.lease() as old:
        write_news(seeds, RECORDS[:1], "more.jsonl")
        refresh(seeds.root, out)
        deadline = time.monotonic() + 20
        new = old
        while new is old:
            assert time.monotonic() < deadline
            with latest.lease() as new:
                time.sleep(0.05)
        # The request that began before goes on reading what it read.
        assert old.rows("SELECT count(*) AS n FROM article") == [{"n": len(RECORDS)}]
        assert new.rows("SELECT count(*) AS n FROM article") == [{"n": len(RECORDS) + 1}]
    with pytest.raises(duckdb.ConnectionException):
        old.rows("SELECT 1")
    with latest.lease() as still:
        assert still.rows("SELECT 1 AS n") == [{"n": 1}]
    latest.close()


def test_a_read_only_data_set_is_shown_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    write_news(seeds)
    refresh(seeds.root, tmp_path / "out")
    (tmp_path / "out" / ".view").write_text("a file where the folder would be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert len(said(open_pages(tmp_path / "out"), "")) == len(RECORDS)
    assert list((tmp_path / "cache" / "newsmill").iterdir())


def test_a_data_set_without_articles_is_shown(tmp_path: Path) -> None:
    seeds = SeedFolder(tmp_path / "seeds")
    seeds.write("broken.jsonl", "{broken\n")
    refresh(seeds.root, tmp_path / "out")
    pages = open_pages(tmp_path / "out")
    for address in ("/", "/quotes", "/quotes?q=x", "/articles", "/entities", "/runs", "/quarantine", "/quotes.csv"):
        assert pages.get(address).status_code == 200, address


def test_where_nothing_can_be_shown_one_line_says_why(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="newsmill run"):
        view(str(tmp_path), "127.0.0.1", 0, "", opens_browser=False, say=print)
    with pytest.raises(UserError, match="at least 16 characters"):
        view(str(tmp_path), "0.0.0.0", 0, "short", opens_browser=False, say=print)
