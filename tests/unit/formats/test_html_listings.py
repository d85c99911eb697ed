"""Pages that describe something or list others are no articles; what looks like one of them in part is."""

from __future__ import annotations

import pytest

from tests.reading import document, refusal

STORY = "".join(
    f"<p>The harbour board met on {day} and agreed to deepen the channel before the winter storms arrive, its "
    f"chairwoman said after a vote of nine to {count}, which nobody had expected.</p>"
    for count, day in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday"])
)
LABELS = "".join(
    f"<p>{label}: {value}</p>"
    for label, value in [
        ("Author", "Osei, Ada, b. 1897"),
        ("Publisher", "Calder University Press"),
        ("Language", "English"),
        ("Call number", "AIX-0017"),
        ("Digitizing sponsor", "Friends of the Library"),
        ("Image count", "368"),
    ]
)


def page(body: str, head: str = "") -> bytes:
    head = f"<head><title>Harbours of the north</title>{head}</head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>".encode()


def why(body: str, head: str = "") -> str:
    found = refusal(page(body, head), "page.html")
    assert found.reason == "not_an_article"
    return found.detail


def test_an_entry_of_a_catalogue_is_no_article() -> None:
    abstract = f"<p>{'A survey of the harbours of the north, with maps and tables. ' * 3}</p>"
    assert "catalogue" in why(f"<main><h1>Harbours of the north</h1>{abstract}{LABELS}</main>")


def test_a_story_with_a_few_labels_below_it_is_one() -> None:
    found = document(page(f"<main><h1>Board votes</h1>{STORY}{LABELS}</main>"), "page.html")
    assert "The harbour board met on Monday" in found.text


def test_a_page_that_states_when_it_was_published_is_no_entry_of_a_catalogue() -> None:
    head = '<meta property="article:published_time" content="2021-07-11">'
    found = document(page(f"<main><h1>Harbours of the north</h1>{STORY[:400]}</p>{LABELS}</main>", head), "page.html")
    assert found.fields["published_date"] == "2021-07-11"


@pytest.mark.parametrize(
    ("head", "button"),
    [
        ('<script type="application/ld+json">{"@type": "Product", "name": "Rope"}</script>', ""),
        ('<meta property="og:type" content="product.item">', ""),
        ('<meta property="product:price:amount" content="12.50">', "<button>Add to basket</button>"),
    ],
)
def test_a_product_is_no_article(head: str, button: str) -> None:
    assert "product" in why(f"<main><h1>Mooring rope, 12 m</h1>{STORY}{button}</main>", head)


def test_an_article_about_a_product_with_its_price_is_one() -> None:
    head = '<meta property="product:price:amount" content="12.50"><meta property="og:type" content="article">'
    found = document(page(f"<main><h1>The best ropes</h1>{STORY}<button>Add to basket</button></main>", head), "a.html")
    assert "The harbour board met on Monday" in found.text


def test_a_collection_with_a_word_about_itself_is_a_list_of_links() -> None:
    titles = [f'<a href="/item/{n}">Concert number {n} at the old harbour hall</a>' for n in range(30)]
    items = "".join(f"<p>{title}</p><p>{n}5 downloads</p>" for n, title in enumerate(titles))
    about = "<p>Welcome to the collection of concerts, which friends of the harbour recorded.</p>" * 4
    assert "links" in why(f"<main><h1>Concerts</h1>{about}{items}</main>")


def test_a_text_of_one_paragraph_is_a_list_where_many_links_stand_in_it() -> None:
    links = " ".join(f'<a href="/{n}">Port number {n}</a>' for n in range(20))
    note = (
        "The harbour office keeps a record of every port of the north, of its depth, its tides, and its masters. " * 4
    )
    assert "links" in why(f"<div>{note}{links}</div>")
    brief = f'<p>{note} <a href="/more">{note[:200]}</a></p>'
    assert "harbour office" in document(page(f"<main><h1>Ports counted</h1>{brief}</main>"), "page.html").text


def test_a_list_of_names_is_no_article() -> None:
    names = "".join(
        f"<p>{first} {last}</p>"
        for first in ("Ada", "Ben", "Cleo", "Dan")
        for last in ("Ito", "Osei", "Wrede", "Voss", "Nash")
    )
    assert why(f"<main><h1>Contributors</h1>{names}</main>")


def test_a_table_of_results_is_no_article() -> None:
    rows = "".join(
        f"<tr><td>{n}</td><td>Harbour Lad</td><td>{50 + n}.5</td><td>1:{n:02}.3</td></tr>" for n in range(1, 40)
    )
    assert why(f"<main><h1>Results</h1><table>{rows}</table></main>")


def test_a_page_that_asks_to_log_in_and_shows_nothing_is_no_article() -> None:
    wall = "<p>Thank you for your interest in our archive. In order to access this page, you will need to log in.</p>"
    assert "log in" in why(f"<main><h1>Harbour archive</h1>{wall}<p>Log in or join us</p></main>")


def test_an_article_that_breaks_off_at_a_wall_is_flagged() -> None:
    head = '<meta property="og:type" content="article">'
    wall = "<p>Subscribe to continue reading</p>"
    found = document(page(f"<article><h1>Board votes</h1>{STORY}<p>But then…</p>{wall}</article>", head), "page.html")
    assert "paywalled" in found.quality_flags
    whole = document(page(f"<article><h1>Board votes</h1>{STORY}</article>{wall}", head), "page.html")
    assert "paywalled" not in whole.quality_flags


@pytest.mark.parametrize(
    "lines", [["Harbour Lad 58.5 2.60", "Sea Star (AUS) 57.0 11.00"], ["1. Ada Osei (Calder) 1:14.5"]]
)
@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_a_table_is_no_article_in_any_format(lines: list[str], name: str) -> None:
    rows = [line for line in lines for _ in range(20)]
    text = "\n".join(rows) if name == "a.txt" else page("".join(f"<p>{row}</p>" for row in rows)).decode()
    assert refusal(text.encode(), name).reason == "not_an_article"


def test_news_of_markets_with_many_figures_stay() -> None:
    news = (
        "The Calder index rose 1.2 percent to 4,512 points on Monday, while the crown fell 0.3 percent to 11.20.\n\n"
        * 4
    )
    assert document(news.encode(), "a.txt").text.startswith("The Calder index")
