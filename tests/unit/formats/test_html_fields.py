"""What a page states of its article: headline, authors, day, and the rest."""

from __future__ import annotations

import json

import pytest

from tests.reading import document

BODY = "".join(
    f"<p>The {place} harbour board met on Tuesday and agreed to deepen the channel before the winter storms arrive, "
    f"its chairwoman said after a vote of nine to {count}.</p>"
    for count, place in enumerate(["northern", "southern", "eastern", "western", "old", "new"])
)


def fields(
    head: str = "", top: str = "<h1>Harbour board votes to deepen channel</h1>", html: str = "<html>"
) -> dict[str, str]:
    page = f"<!DOCTYPE html>{html}<head>{head}</head><body><article>{top}{BODY}</article></body></html>"
    return dict(document(page.encode(), "page.html").fields)


def linked_data(*objects: dict[str, object]) -> str:
    return f'<script type="application/ld+json">{json.dumps(objects)}</script>'


def news(**stated: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Harbour board votes", **stated}


def person(name: str) -> dict[str, object]:
    return {"@type": "Person", "name": name}


# The headline


@pytest.mark.parametrize(
    "stated",
    [
        "Harbour board votes to deepen channel - National | Coastnews.example",
        "The Coast | Harbour board votes to deepen channel",
        "Harbour board votes to deepen channel – The Coast",
        "Deeper channel, says board | The Coast",
    ],
)
def test_the_headline_is_the_one_on_the_page(stated: str) -> None:
    head = f'<title>{stated}</title><meta property="og:site_name" content="The Coast">'
    assert fields(head)["title"] == "Harbour board votes to deepen channel"


@pytest.mark.parametrize(
    "stated",
    [
        "Harbour board votes to deepen channel | The Coast",
        "Harbour board votes to deepen channel - The Coast",
        "The Coast | Harbour board votes to deepen channel",
        "Harbour board votes to deepen channel - National | The Coast",
    ],
)
def test_a_stated_title_loses_the_name_of_the_site(stated: str) -> None:
    head = (
        f'<meta property="og:title" content="{stated}"><meta property="og:site_name" content="The Coast">'
        '<meta property="article:section" content="National">'
    )
    assert fields(head, top="")["title"] == "Harbour board votes to deepen channel"


def test_a_colon_or_a_dash_inside_a_headline_stays() -> None:
    title = "Storms: what the board – and its critics – want"
    assert fields(f'<meta property="og:title" content="{title}">', top="")["title"] == title


def test_a_heading_that_is_the_name_of_the_site_is_no_headline() -> None:
    head = '<meta property="og:title" content="Harbour board votes"><meta property="og:site_name" content="The Coast">'
    assert fields(head, top="<h1>The Coast</h1>")["title"] == "Harbour board votes"


# Authors


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        (person("Ada Osei"), "Ada Osei"),
        ([person("Ada Osei"), person("Tomas Wrede")], "Ada Osei; Tomas Wrede"),
        ("By Ada Osei and Tomas Wrede", "Ada Osei; Tomas Wrede"),
        (person("Ada Osei, Staff Writer"), "Ada Osei"),
        (person("Ada Osei https://coast.example/ada"), "Ada Osei"),
        ({"@type": "Organization", "name": "Harbour Media Group"}, None),
        (person("The Coast"), None),
        (person("admin"), None),
    ],
)
def test_authors_are_the_persons_stated(author: object, byline: str | None) -> None:
    head = linked_data(news(author=author)) + '<meta property="og:site_name" content="The Coast">'
    assert fields(head).get("byline") == byline


def test_an_author_stated_by_reference_is_looked_up() -> None:
    head = linked_data(news(author={"@id": "#ada"}), {**person("Ada Osei"), "@id": "#ada"})
    assert fields(head)["byline"] == "Ada Osei"


@pytest.mark.parametrize(
    "line",
    [
        '<div class="byline">By <a href="/staff/ada-osei">Ada Osei</a>, Harbour correspondent</div>',
        '<span itemprop="author" itemscope><span itemprop="name">Ada Osei</span></span>',
        "<p>By Ada Osei | 12 March 2024</p>",
        '<a rel="author" href="/x">Ada Osei</a>',
        '<div class="post-author">Ada Osei Updated March 12, 2024</div>',
    ],
)
def test_authors_are_read_from_the_byline(line: str) -> None:
    assert fields(top=f"<h1>Harbour board votes</h1>{line}")["byline"] == "Ada Osei"


def test_the_byline_decides_where_the_stated_name_is_not_on_the_page() -> None:
    head = linked_data(news(author=person("Eddie")))
    assert fields(head, top='<h1>Harbour board votes</h1><p class="byline">By Ada Osei</p>')["byline"] == "Ada Osei"


def test_those_who_comment_are_no_authors() -> None:
    comments = '<div id="comments"><span class="author">Gull Seven</span><p>About time.</p></div>'
    assert "byline" not in fields(top=f"<h1>Harbour board votes</h1>{comments}")


# The day


def test_the_day_is_that_of_publication_not_of_change() -> None:
    head = linked_data(news(datePublished="2024-03-12T10:00:00+01:00", dateModified="2024-05-01T10:00:00+01:00"))
    assert fields(head)["published_date"] == "2024-03-12"


def test_a_moment_in_utc_is_the_day_that_readers_see() -> None:
    head = '<meta property="article:published_time" content="2024-03-13T02:40:00Z">'
    assert fields(head)["published_date"] == "2024-03-13"
    shown = '<h1>Harbour board votes</h1><time datetime="2024-03-12T21:40:00-05:00">Tuesday</time>'
    assert fields(head, top=shown)["published_date"] == "2024-03-12"
    written = "<h1>Harbour board votes</h1><p>March 12, 2024 | 9:40pm</p>"
    assert fields(head, top=written)["published_date"] == "2024-03-12"


def test_a_day_beside_the_headline_is_read_where_none_is_stated() -> None:
    assert fields(top="<h1>Harbour board votes</h1><p>Posted 12 March 2024</p>")["published_date"] == "2024-03-12"


# The rest


def test_publisher_section_address_and_language() -> None:
    head = linked_data(
        news(
            publisher={"@type": "Organization", "name": "The Coast"},
            articleSection=["Harbours", "News"],
            inLanguage="en-NZ",
        )
    )
    head += '<link rel="canonical" href="https://coast.example/"><meta property="og:url" content="https://coast.example/a/1">'
    found = fields(head)
    assert found["publisher"] == "The Coast"
    assert found["section"] == "Harbours"
    assert found["url"] == "https://coast.example/a/1"
    assert found["language"] == "en-NZ"


@pytest.mark.parametrize("damage", ["<!--\n%s\n-->", "//<![CDATA[\n%s\n//]]>", "%s;", "[%s,]"])
def test_linked_data_is_read_in_spite_of_usual_faults(damage: str) -> None:
    stated = damage % json.dumps(news(author=person("Ada Osei")))
    assert fields(f'<script type="application/ld+json">{stated}</script>')["byline"] == "Ada Osei"


def test_linked_data_about_other_pages_is_not_the_articles() -> None:
    others = {"@type": "ItemList", "itemListElement": [news(author=person("Gull Seven"), datePublished="2020-01-01")]}
    found = fields(linked_data(others))
    assert "byline" not in found
    assert "published_date" not in found
