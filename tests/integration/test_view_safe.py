"""What the reading page refuses, and that nothing which an article says comes alive in it."""

from __future__ import annotations

import re
import threading
import time
import zipfile
from collections import Counter
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from flows.view.app import make_app
from flows.view.serve import _listen
from tests.integration.hostile import STRINGS, faults_of, write_hostile
from tests.integration.view_site import PORT, links_of, make_pages, open_pages
from tests.pieces import refresh
from tests.seed_folder import SeedFolder

MOST = {"/article": len(STRINGS) + 1, "/entity": 8}
TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return make_pages(tmp_path_factory.mktemp("view"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("hostile")
    seeds = SeedFolder(folder / "seeds")
    write_hostile(seeds)
    refresh(seeds.root, folder / "out")
    return open_pages(folder / "out")


@pytest.fixture(scope="module")
def hostile_pages(hostile: TestClient) -> dict[str, str]:
    """Pages that links lead to, with their texts: all articles, and some of every other kind."""
    seen: dict[str, str] = {}
    of_kind: Counter[str] = Counter()
    to_see = ["/", "/quotes?q=look", "/articles", "/quarantine"]
    for address in to_see:
        plain = address.partition("#")[0]
        kind = re.findall("^/[a-z]*", plain)[0]
        if plain in seen or "." in plain.partition("?")[0] or of_kind[kind] >= MOST.get(kind, 5):
            continue
        of_kind[kind] += 1
        seen[plain] = hostile.get(plain).text
        to_see += [link for link in links_of(seen[plain]) if link.startswith("/")]
    assert set(of_kind) >= {"/", "/quotes", "/article", "/articles", "/entity", "/entities", "/quarantine"}
    return seen


def test_nothing_hostile_is_alive_on_any_page(hostile_pages: dict[str, str]) -> None:
    for address, text in hostile_pages.items():
        assert faults_of(text) == [], address


def test_hostile_texts_are_shown_as_they_are(hostile: TestClient) -> None:
    page = hostile.get("/quotes?q=look&sort=oldest").text
    assert page.count("&lt;script&gt;window.alive=1&lt;/script&gt;") >= 1
    assert "evil\\u202egnp.jsonl" in hostile.get("/quarantine").text


@pytest.mark.parametrize("text", STRINGS)
def test_a_hostile_question_is_shown_as_it_is(pages: TestClient, text: str) -> None:
    for name in ("q", "publisher", "speaker", "about", "section", "type"):
        assert faults_of(pages.get("/quotes", params={name: text}).text) == []
    for address in ("/articles", "/entities", "/runs", "/quarantine"):
        assert faults_of(pages.get(address, params={"q": text, "publisher": text, "entity": text}).text) == []


def test_only_web_addresses_of_articles_are_links(hostile_pages: dict[str, str]) -> None:
    links = {link for text in hostile_pages.values() for link in links_of(text)}
    assert {link for link in links if not link.startswith(("/", "#"))} <= {
        "https://evil.example/?a=1&b=<script>",
        "https://evil.example/?a=1&b=%3Cscript%3E",
    }


def test_no_text_becomes_a_formula(pages: TestClient, tmp_path: Path) -> None:
    assert "'=HYPERLINK(1)" in pages.get("/quotes.csv").text
    (tmp_path / "q.xlsx").write_bytes(pages.get("/quotes.xlsx").content)
    sheet = zipfile.ZipFile(tmp_path / "q.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK(1)" in sheet
    assert "<f>" not in sheet


@pytest.mark.parametrize("address", ["/", "/quotes", "/static/style.css", "/nothing", "/quotes.csv", "/quotes?page=0"])
def test_every_answer_keeps_the_browser_in_bounds(pages: TestClient, address: str) -> None:
    headers = pages.get(address).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "no-store" in headers["cache-control"] or address.startswith("/static")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "localhost:8765.evil.example", ""]
)
def test_another_name_of_this_machine_is_refused(pages: TestClient, host: str) -> None:
    assert pages.get("/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"[::1]:{PORT}"])
def test_its_own_names_are_answered(pages: TestClient, host: str) -> None:
    assert pages.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(pages: TestClient, method: str) -> None:
    assert pages.request(method, "/quotes").status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": f"http://127.0.0.1:{PORT}"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}, 200),
    ],
)
def test_other_sites_may_link_here_and_no_more(pages: TestClient, headers: dict[str, str], status: int) -> None:
    assert pages.get("/quotes", headers=headers).status_code == status


def test_other_machines_need_the_token(pages: TestClient) -> None:
    site = pages.app.state.site  # type: ignore[attr-defined]
    far = TestClient(make_app(site, PORT, TOKEN), base_url="http://news.example:8765", follow_redirects=False)
    for refused in ({}, {"token": "wrong"}, {"token": ""}, {"token": "é"}):
        assert far.get("/quotes", params=refused).status_code == 401
    assert far.get("/static/style.css").status_code == 401
    assert far.get("/", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert far.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert far.get("/", headers={"Cookie": 'newsmill_view_8765="; \x01'}).status_code == 401
    let_in = far.get("/quotes", params={"q": "a b", "token": TOKEN})
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/quotes?q=a+b")
    assert "httponly" in let_in.headers["set-cookie"].lower() and "samesite=lax" in let_in.headers["set-cookie"].lower()
    assert far.get("/quotes").status_code == 200  # the cookie is kept
    astray = far.get(f"http://news.example:8765//evil.example/?token={TOKEN}")
    assert (astray.status_code, astray.headers["location"]) == (303, "/evil.example/")


def test_a_real_server_listens_only_where_it_should(pages: TestClient, tmp_path: Path) -> None:
    listening = _listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    assert listening.getsockname()[0] == "127.0.0.1"
    app = make_app(pages.app.state.site, port)  # type: ignore[attr-defined]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        assert httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": "evil.example"}).status_code == 403
        raw = httpx.get(f"http://127.0.0.1:{port}/static/%2e%2e/%2e%2e/settings.py")
        assert raw.status_code == 404
    finally:
        server.should_exit = True
        thread.join(10)
