from __future__ import annotations

import gzip
import zlib

import pyarrow as pa
import pytest

from flows.formats import extras
from flows.formats.base import FormatError, Record
from flows.formats.registry import parse_record
from tests.reading import read_faults, read_items, read_records_of

TEXT = "The harbour reopened on Monday, the port said, after two days of storm."
PAGE = f"<!doctype html><html><head><title>Harbour</title></head><body><p>{TEXT}</p></body></html>".encode()
URL = "https://news.example/2021/07/11/harbour"


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", *(headers or ("Content-Type: text/html",))])
    return head.encode() + b"\r\n\r\n" + body


def warc_record(kind: str, block: bytes, *, url: str = URL, number: int = 1, content_type: str = "") -> bytes:
    content_type = content_type or "application/http; msgtype=response"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2021-07-12T08:00:00Z\r\nContent-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


INFO = warc_record("warcinfo", b"software: test\r\n", content_type="application/warc-fields")


def records_of(*blocks: bytes) -> list[Record]:
    return read_records_of(INFO + b"".join(warc_record("response", block) for block in blocks), "a.warc")


def test_a_page_has_its_address_and_the_time_it_was_crawled() -> None:
    (record,) = records_of(http(PAGE))
    assert (record.format, record.own_id) == ("html", "urn:uuid:1")
    assert record.stated == {"url": URL, "crawled_at": "2021-07-12T08:00:00Z"}
    document = parse_record(record)
    assert document.text == TEXT
    assert document.fields["url"] == URL
    assert document.fields["title"] == "Harbour"


@pytest.mark.parametrize(
    ("address", "kind", "is_article"),
    [
        ("https://news.example/", "", False),
        ("https://news.example/index.html", "", False),
        ("https://news.example/", "NewsArticle", True),
        ("https://news.example/?p=123", "", True),
        (URL, "", True),
    ],
)
def test_what_was_found_at_the_root_of_a_site_is_its_front_page(address: str, kind: str, is_article: bool) -> None:
    stated = f'<script type="application/ld+json">{{"@type": "{kind}", "headline": "Harbour"}}</script>' if kind else ""
    page = PAGE.replace(b"</head>", stated.encode() + b"</head>")
    (record,) = read_records_of(INFO + warc_record("response", http(page), url=address), "a.warc")
    if is_article:
        assert TEXT in parse_record(record).text
    else:
        with pytest.raises(FormatError, match="front page") as refused:
            parse_record(record)
        assert refused.value.reason == "not_an_article"


def test_compressed_record_by_record_and_as_a_whole() -> None:
    parts = [INFO, warc_record("response", http(PAGE))]
    for data in (b"".join(map(gzip.compress, parts)), gzip.compress(b"".join(parts))):
        assert len(read_records_of(data, "a.warc.gz")) == 1


def test_what_a_crawl_is_full_of_is_passed_over() -> None:
    data = INFO + b"".join(
        [
            warc_record("request", b"GET / HTTP/1.1\r\n\r\n"),
            warc_record("response", http(b"", "Location: /b", status="301 Moved Permanently")),
            warc_record("response", http(b"Gone", status="404 Not Found")),
            warc_record("response", http(b"\x89PNG\r\n\x1a\n", "Content-Type: image/png")),
            warc_record("response", http(b"\x89PNG\r\n\x1a\n\0\0", "Content-Type: text/html")),
            warc_record(
                "response", http(b"User-agent: *", "Content-Type: text/plain"), url="https://a.example/robots.txt"
            ),
            warc_record("revisit", http(b"")),
            warc_record("metadata", b"a: b", content_type="application/warc-fields"),
            warc_record(
                "response",
                http(b'<?xml version="1.0"?><playlist><track>A</track></playlist>', "Content-Type: text/plain"),
            ),
            warc_record(
                "response",
                http(b'\xef\xbb\xbf<?xml version="1.0"?><playlist></playlist>', "Content-Type: text/plain"),
            ),
            warc_record(
                "response", http(b'<attach event="onready" handler="go" />\ngo();', "Content-Type: text/plain")
            ),
            warc_record("resource", b"--no-check", url="metadata://gnu.org/wget", content_type="text/plain"),
            warc_record("response", http(PAGE)),
        ]
    )
    assert len(read_records_of(data, "a.warc")) == 1


def test_an_archive_without_pages_is_one_fault_that_counts() -> None:
    data = INFO + warc_record("revisit", http(b"")) * 3
    (fault,) = read_faults(data, "a.warc")
    assert fault.reason == "no_text"
    assert "3 revisit records, 1 warcinfo records" in fault.detail


@pytest.mark.parametrize("pack", [None, "gzip", "zlib", "deflate", "br", "zstd"])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_bodies_as_they_were_sent(pack: str | None, is_chunked: bool) -> None:
    raw = zlib.compressobj(wbits=-15)
    packed = {
        None: PAGE,
        "gzip": gzip.compress(PAGE),
        "zlib": zlib.compress(PAGE),
        "deflate": raw.compress(PAGE) + raw.flush(),
        "br": pa.compress(PAGE, codec="brotli", asbytes=True),
        "zstd": pa.compress(PAGE, codec="zstd", asbytes=True),
    }[pack]
    headers = ["Content-Type: text/html; charset=utf-8"]
    if pack is not None:
        headers.append(f"Content-Encoding: {'deflate' if pack == 'zlib' else pack}")
    if is_chunked:
        headers.append("Transfer-Encoding: chunked")
        packed = b"%x\r\n%s\r\n%x;x=1\r\n%s\r\n0\r\n\r\n" % (20, packed[:20], len(packed) - 20, packed[20:])
    (record,) = records_of(http(packed, *headers))
    assert record.data == PAGE


@pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Encoding: br"])
def test_bodies_stored_unpacked_under_their_old_headers(header: str) -> None:
    (record,) = records_of(http(PAGE, "Content-Type: text/html", header))
    assert record.data == PAGE


def test_the_charset_of_http_counts() -> None:
    page = PAGE.replace(b"storm", "øst".encode("cp1251", "replace") + "шторм".encode("cp1251"))
    (record,) = records_of(http(page, "Content-Type: text/html; charset=windows-1251"))
    assert record.stated["charset"] == "windows-1251"
    document = parse_record(record)
    assert "шторм" in document.text
    assert "charset" not in document.fields


def test_texts_of_a_wet_file() -> None:
    text = f"Harbour\n{TEXT}\nRead more"
    data = INFO + warc_record("conversion", text.encode(), content_type="text/plain")
    (record,) = read_records_of(data, "a.warc.wet")
    assert (record.format, record.stated["url"]) == ("text", URL)
    assert parse_record(record).text == text


def test_an_arc() -> None:
    def entry(url: str, media_type: str, block: bytes) -> bytes:
        return f"{url} 10.0.0.1 20080430204825 {media_type} {len(block)}\n".encode() + block + b"\n"

    about = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    data = entry("filedesc://a.arc", "text/plain", about) + entry(URL, "text/html", http(PAGE))
    for packed, name in ((data, "a.arc"), (gzip.compress(data), "a.arc.gz")):
        (record,) = read_records_of(packed, name)
        assert record.stated == {"url": URL, "crawled_at": "2008-04-30T20:48:25Z"}
        assert parse_record(record).text == TEXT


def test_a_large_page_of_an_arc_is_whole() -> None:
    page = PAGE.replace(b"</body>", b"<p>More words of the report.</p>" * 20_000 + b"</body>")
    block = http(page)
    about = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    data = b"filedesc://a.arc 0.0.0.0 20080430204825 text/plain %d\n%s\n" % (len(about), about)
    data += b"https://a.example 10.0.0.1 20080430204825 text/html %d\n%s\n" % (len(block), block)
    (record,) = read_records_of(data, "a.arc")
    assert record.data == page


def test_what_comes_before_and_behind_damage_is_read() -> None:
    good = [warc_record("response", http(PAGE), number=number) for number in range(4)]
    data = INFO + good[0] + good[1].replace(b"WARC/1.0", b"W#RC/1.0") + good[2] + good[3]
    items = read_items(data, "a.warc")
    assert [item.own_id for item in items if isinstance(item, Record)] == ["urn:uuid:0", "urn:uuid:2", "urn:uuid:3"]


def test_a_record_cut_short_is_a_fault() -> None:
    items = read_items(INFO + warc_record("response", http(PAGE)) + warc_record("response", http(PAGE))[:-60], "a.warc")
    assert [getattr(item, "reason", None) for item in items] == [None, "truncated_archive"]


def test_a_page_that_unpacks_without_end_is_a_fault_and_the_rest_is_read() -> None:
    bomb = gzip.compress(b"<html>" + b" " * 30_000_000)
    data = INFO + warc_record("response", http(bomb, "Content-Type: text/html", "Content-Encoding: gzip"))
    items = read_items(data + warc_record("response", http(PAGE)), "a.warc")
    assert [getattr(item, "reason", None) for item in items] == ["too_large", None]


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    (fault,) = read_faults(INFO, "a.warc")
    assert fault.reason == "needs_extra"
    assert "newsmill[web]" in fault.detail
