from __future__ import annotations

import pytest

from flows.formats.html import fragment_text, is_page
from tests.reading import document, refusal

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Ferries sail again | The Gazette</title>
<meta property="og:title" content="Ferries sail again"><meta name="author" content="Ada Osei">
<meta property="og:site_name" content="The Gazette"><link rel="canonical" href="https://gazette.example/sail">
<meta property="article:published_time" content="2024-03-14T06:40:00+01:00"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>Ferries sail again</h1>
<p>The first ferry in two days left Port Calder on Thursday, hours after crews had agreed to a new contract.</p>
<p>&#8220;I would have signed it on Monday,&#8221; said Tomas Wrede, the leader of the union, who had not slept.</p>
<p><q>I carried paper from room to room</q>, said the mediator, a retired judge with a liking for soup.</p></article>
<div id="comments"><p>seagull77: About time too, they should never have stopped in the first place!</p></div>
<footer><p>All rights reserved.</p></footer></body></html>"""


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.txt", "a.md"])
def test_a_page_gives_its_article_and_what_its_head_states(name: str) -> None:
    found = document(PAGE.encode(), name)
    assert found.media_type == "text/html"
    paragraphs = found.text.split("\n\n")
    assert [paragraph[:12] for paragraph in paragraphs if not paragraph.startswith("Ferries sail")] == [
        "The first fe",
        "“I would hav",
        "“I carried p",
    ]
    assert found.fields == {
        "title": "Ferries sail again",
        "byline": "Ada Osei",
        "publisher": "The Gazette",
        "url": "https://gazette.example/sail",
        "published_date": "2024-03-14",
        "language": "en-GB",
    }


def test_a_file_named_as_a_page_without_any_markup_is_text() -> None:
    assert document(b"Plain words < and > a few more.", "a.html").media_type == "text/plain"


def test_a_page_without_words_is_refused() -> None:
    assert refusal(b"<html><body><script>x</script></body></html>", "a.html").reason == "no_text"


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE html><p>",
        '\n<?xml version="1.0"?>\n<!-- saved from -->\n<html lang="en">',
        "<!-- a --> <!-- b -->" * 500 + "<HTML>",
        '<!DOCTYPE note SYSTEM "x"><html>',
        "<!---->\n<body class=x>",
    ],
)
def test_what_begins_as_a_page_is_one(start: str) -> None:
    assert is_page(start)


@pytest.mark.parametrize("start", ["", "Words <html>", "<htmlx>", "<!-- <html>", "<rss><html>", "< html>", "<p>"])
def test_what_begins_otherwise_is_none(start: str) -> None:
    assert not is_page(start)


def test_scripts_of_megabytes_around_a_page_cost_nothing() -> None:
    """Three pages of real news sites held 2.5 MB of scripts in a line, with a few characters that are not ASCII."""
    script = "<script>" + "var Ã=t(e,'â€™'),n=function(e){return e.é};" * 60_000 + "</script>"
    found = document(PAGE.replace("</head>", script + "</head>").replace("</body>", script + "</body>").encode())
    assert "The first ferry in two days" in found.text
    assert "function" not in found.text


def test_quoted_elements_become_marks() -> None:
    assert fragment_text('She said <q cite="x">no <q>and</q> yes</q >.') == "She said “no “and” yes”."
