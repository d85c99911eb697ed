"""What a page states of its article: headline, authors, day, and the rest."""

from __future__ import annotations

import json

import pytest

from flows.formats.html.names import names_in
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


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ('<span class="rightmost">Osei, Ada</span>A Few Good Pilots', "Osei, Ada A Few Good Pilots"),
        ('The channel<span class="sub">How it came</span>', "The channel How it came"),
        ('<span class="drop">H</span>arbour board votes', "Harbour board votes"),
        ("Mc<em>Donald</em> leads the board", "McDonald leads the board"),
    ],
)
def test_words_of_a_heading_part_where_its_elements_do(heading: str, title: str) -> None:
    assert fields(top=f"<h1>{heading}</h1>")["title"] == title


def test_a_label_in_the_heading_goes_where_the_page_states_the_headline() -> None:
    head = linked_data(news(headline="Harbour board votes to deepen channel"))
    top = '<h1><span class="kicker">Storms ahead</span><br><span>Harbour board votes to deepen channel</span></h1>'
    assert fields(head, top=top)["title"] == "Harbour board votes to deepen channel"


def test_a_heading_that_leads_to_the_front_page_is_the_name_of_the_site() -> None:
    top = '<h1><a href="https://coast.example/">All the coast</a></h1><h2>Harbour board votes</h2>'
    assert fields("<title>Harbour board votes - All the coast</title>", top=top)["title"] == "Harbour board votes"


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


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("<p>By The Coast | 12 March 2024</p><p>Written by: Ada Osei</p>", "Ada Osei"),
        ("<p>By Coast Foundation</p>", "Coast Foundation"),
        ("<p>By Staff and news service reports</p>", "Staff and news service reports"),
        ('<p class="credit">REUTERS</p>', "REUTERS"),
        ("<p>Posted on March 12, 2024 by Ada Osei</p>", "Ada Osei"),
        ('<div class="byline">Posted by Ada Osei, Harbour Project Marketing, Anchor</div>', "Ada Osei"),
        ('<div class="byline">Ada Osei from University of Wellington</div>', "Ada Osei"),
        ('<div class="byline">By June Osei Staff Writer March 12 2024</div>', "June Osei"),
        ('<div class="byline">Our Foreign Staff</div>', None),
    ],
)
def test_a_byline_gives_persons_and_a_desk_only_where_there_are_none(line: str, byline: str | None) -> None:
    head = '<meta property="og:site_name" content="The Coast">'
    assert fields(head, top=f"<h1>Harbour board votes</h1>{line}").get("byline") == byline


def test_a_part_of_a_name_gives_way_to_the_name_that_readers_see() -> None:
    head = linked_data(news(author=person("Ada")))
    assert fields(head, top="<h1>Harbour board votes</h1><p>By Ada Osei</p>")["byline"] == "Ada Osei"


def test_who_put_the_page_into_the_system_is_no_author() -> None:
    assert "byline" not in fields(linked_data(news(author=person("Eddie"))))


def test_a_box_about_the_author_serves_where_there_is_no_byline() -> None:
    box = '<div class="author-info"><a rel="author" href="/x">Ada Osei</a><p>Ada Osei writes of ships.</p></div>'
    assert fields(top=f"<h1>Harbour board votes</h1>{box}")["byline"] == "Ada Osei"
    byline = '<p class="byline">By Tomas Wrede</p>'
    assert fields(top=f"<h1>Harbour board votes</h1>{byline}{box}")["byline"] == "Tomas Wrede"


def test_a_name_under_the_last_paragraph_signs() -> None:
    text = "<p>The channel is deep enough for now, the board found in a long report.</p>" * 6
    page = f"<html><body><h1>Harbour board votes</h1><div>{text}<p>– Ada Osei</p></div></body></html>"
    assert document(page.encode(), "page.html").fields["byline"] == "Ada Osei"


def test_of_several_articles_stated_the_one_of_the_page_counts() -> None:
    other = {**news(author=person("Tomas Wrede")), "headline": "Tram line is put off again"}
    head = linked_data(other, news(author=person("Ada Osei")))
    head += '<meta property="og:title" content="Harbour board votes to deepen channel">'
    assert fields(head)["byline"] == "Ada Osei"


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


@pytest.mark.parametrize(
    "shown",
    [
        "Erstellt am: 12.03.2024 18:36",
        "Publié le 12 mars 2024",
        "12 de marzo de 2024",
        "Stand: 12. März 2024",
        "2024年3月12日",
        '<time datetime="2024-03-13T02:40:00Z">March 12, 2024</time>',
        '<time class="updated" datetime="2024-05-01">A</time> <time class="published" datetime="2024-03-12">B</time>',
    ],
)
def test_the_day_beside_the_headline_is_read_in_several_languages(shown: str) -> None:
    assert fields(top=f"<h1>Harbour board votes</h1><p>{shown}</p>")["published_date"] == "2024-03-12"


@pytest.mark.parametrize("value", ["Tue Mar 12 2024 01:00:00 GMT+0100 (CET)", "March 12, 2024", "20240312T101500Z"])
def test_a_stated_day_is_read_in_any_usual_form(value: str) -> None:
    assert fields(f'<meta property="article:published_time" content="{value}">')["published_date"] == "2024-03-12"


@pytest.mark.parametrize("value", ["1970-01-01T00:00:00Z", "0001-01-01", "2999-01-01"])
def test_a_day_that_systems_fill_in_is_none(value: str) -> None:
    assert "published_date" not in fields(f'<meta property="article:published_time" content="{value}">')


def test_the_address_tells_the_day_before_a_move() -> None:
    head = '<meta property="article:published_time" content="2019-06-17T18:28:00+02:00">'
    head += '<link rel="canonical" href="https://coast.example/2017/7/12/votes">'
    assert fields(head)["published_date"] == "2017-07-12"
    seen = "<h1>Harbour board votes to deepen channel</h1><p>June 17, 2019</p>"
    assert fields(head, top=seen)["published_date"] == "2019-06-17"


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


def test_a_slogan_behind_the_publisher_goes() -> None:
    assert (
        fields('<meta property="og:site_name" content="The Coast | News, Tides, Weather">')["publisher"] == "The Coast"
    )


@pytest.mark.parametrize("damage", ["<!--\n%s\n-->", "//<![CDATA[\n%s\n//]]>", "%s;", "[%s,]"])
def test_linked_data_is_read_in_spite_of_usual_faults(damage: str) -> None:
    stated = damage % json.dumps(news(author=person("Ada Osei")))
    assert fields(f'<script type="application/ld+json">{stated}</script>')["byline"] == "Ada Osei"


def test_linked_data_about_other_pages_is_not_the_articles() -> None:
    others = {"@type": "ItemList", "itemListElement": [news(author=person("Gull Seven"), datePublished="2020-01-01")]}
    found = fields(linked_data(others))
    assert "byline" not in found
    assert "published_date" not in found


@pytest.mark.parametrize(
    ("stated", "section"),
    [
        ("/world/middle_east", "middle east"),
        ("Harbours,Town,Sport", "Harbours"),
        ("Harbours, Cranes, Town, Sport", "Harbours"),
        ("Arts, Culture", "Arts, Culture"),
        ("tags", None),
    ],
)
def test_a_section_is_one_name(stated: str, section: str | None) -> None:
    assert fields(f'<meta property="article:section" content="{stated}">').get("section") == section


def test_a_site_that_is_named_like_its_headline_is_no_publisher() -> None:
    title = "Harbour board votes to deepen channel"
    assert "publisher" not in fields(f'<title>{title}</title><meta name="application-name" content="{title}">')


def test_the_name_of_a_site_with_an_and_in_it_is_no_person() -> None:
    head = '<meta property="og:site_name" content="Mast & Sail"><meta name="author" content="Mast & Sail">'
    assert "byline" not in fields(head)


@pytest.mark.parametrize(
    ("site", "byline"),
    [("Ada Osei's blog", "Ada Osei"), ("Ada Osei’s Digital Home", "Ada Osei"), ("Harper's Journal", None)],
)
def test_the_owner_of_a_personal_site_writes_it_where_nobody_is_named(site: str, byline: str | None) -> None:
    head = f'<meta property="og:site_name" content="{site}">'
    assert fields(head).get("byline") == byline
    assert fields(f"<title>{site} | Harbour board votes</title>").get("byline") == byline
    assert fields(head, top="<h1>Harbour board votes</h1><p>By Tomas Wrede</p>")["byline"] == "Tomas Wrede"


@pytest.mark.parametrize(
    ("frame", "is_headline"), [("main-nav-left", True), ("comment-list", False)], ids=["the page's frame", "comments"]
)
def test_a_headline_stands_where_its_story_does(frame: str, is_headline: bool) -> None:
    page = (
        "<!DOCTYPE html><html><head><title>築港理事会が水路を深くすることを決定 - 沿岸新聞 - 町</title></head><body>"
        f'<div class="{frame}"><h1>築港理事会が水路を深くすることを決定</h1>{BODY}</div></body></html>'
    )
    found = document(page.encode(), "page.html").fields["title"]
    assert (found == "築港理事会が水路を深くすることを決定") is is_headline


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Autori: Ana Kovač, Ivo Horvat", ["Ana Kovač", "Ivo Horvat"]),
        ("Autorin: Ana Kovač", ["Ana Kovač"]),
        ("Auteur : Ana Kovač", ["Ana Kovač"]),
        ("Text: Ana Kovač", ["Ana Kovač"]),
        ("Автор: Анна Ковач", ["Анна Ковач"]),
        ("Author(s): Ana Kovač", ["Ana Kovač"]),
        ("Von Ana Kovač", ["Ana Kovač"]),
        ("Por Ana Kovač y Ivo Horvat", ["Ana Kovač", "Ivo Horvat"]),
        ("Escrito por Ana Kovač", ["Ana Kovač"]),
        ("Skrevet af Ana Kovač", ["Ana Kovač"]),
        ("Par Ana Kovač avec AFP", ["Ana Kovač"]),
        ("Foto: Ana Kovač", []),
        ("Words by Ana Kovač, photos by Ivo Horvat", ["Ana Kovač"]),
        ("Reported by Ana Kovač; Editing by Ivo Horvat", ["Ana Kovač"]),
        ("Ana Kovač, edited by Ivo Horvat", ["Ana Kovač"]),
        ("Ana Kovač, PhD", ["Ana Kovač"]),
        ("Ana Kovač, Jr.", ["Ana Kovač Jr"]),
        ("Ana Kovač, Wellington", ["Ana Kovač"]),
        ("Ana Kovač (Zagreb)", ["Ana Kovač"]),
        ("By Con Kovač and Ivo Horvat | Staff writer", ["Con Kovač", "Ivo Horvat"]),
    ],
)
def test_a_byline_without_its_labels_and_roles_is_names(line: str, names: list[str]) -> None:
    assert names_in(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Osei | Port de Calder | 08/01/2014", ["Ada Osei"]),
        ("Ada Osei | Ben Ito", ["Ada Osei", "Ben Ito"]),
        ("By Ada Osei, PA Industrial Correspondent", ["Ada Osei"]),
        ("Ada Osei Political Editor", ["Ada Osei"]),
        ("ADA OSEI THE ASSOCIATED PRESS", ["ADA OSEI"]),
        ("By Ada Osei, AP Political Writer", ["Ada Osei"]),
        ("Compiled by Ada Osei", ["Ada Osei"]),
        ("Associated Press", ["Associated Press"]),
    ],
)
def test_places_roles_and_agencies_beside_a_name_are_no_part_of_it(line: str, names: list[str]) -> None:
    assert names_in(line) == names


@pytest.mark.parametrize(
    ("shown", "day"),
    [
        ("Updated Mar 12, 2020 @ 10:42 am", "2020-03-12"),
        ("Monday, 16 March 2020", "2020-03-16"),
        ("Updated Mar 12, 2020, first published 15 October 2019", "2019-10-15"),
        ("11.03.2020 as 10.15.2019", "2019-10-15"),
        ("16 October 2019", "2019-10-15"),  # the same moment further east
        ("The board met on March 12, 2020, as it had in the years before, to vote on the crane.", "2019-10-15"),
    ],
)
def test_the_only_day_that_readers_see_goes_before_the_one_for_machines(shown: str, day: str) -> None:
    head = linked_data(news(datePublished="2019-10-15"))
    top = f"<h1>Harbour board votes to deepen channel</h1><div>{shown}</div>"
    assert fields(head, top)["published_date"] == day


@pytest.mark.parametrize(
    ("site", "publisher", "address", "name"),
    [
        ("U.S.", "Calder Wire", "https://www.calderwire.example/us/crane", "Calder Wire"),
        ("South Calder Morning Post", "SCMP Ltd", "https://www.scmp.example/a/crane", "South Calder Morning Post"),
        ("The Harbour", "Quay Media", "https://coast.example/a/crane", "The Harbour"),
        ("", "Quay Media Inc.", "https://www.coast.example/a/crane", "The Coast"),
    ],
)
def test_of_several_publishers_that_of_the_address_counts(site: str, publisher: str, address: str, name: str) -> None:
    head = f'<title>Board votes - The Coast</title><meta property="og:site_name" content="{site}">'
    stated = linked_data(news(publisher={"name": publisher}))
    assert fields(f'{head}<link rel="canonical" href="{address}">{stated}')["publisher"] == name
