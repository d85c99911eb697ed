"""The text of a page's article, and the pages that have none."""

from __future__ import annotations

import time

import pytest

from tests.reading import document, refusal

PARAGRAPHS = [
    f"The {place} harbour board met on Tuesday and agreed to deepen the channel before the winter storms arrive, "
    f"its chairwoman said after a vote of nine to {count}."
    for count, place in enumerate(["northern", "southern", "eastern", "western", "old", "new"])
]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
LINKS = "".join(f'<li><a href="/{i}">Council puts off the vote on the tram line, time {i}</a></li>' for i in range(8))


def page(body: str = BODY, head: str = "", around: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><title>Harbour board votes</title>{head}</head><body>{around}"
        f"<article><h1>Harbour board votes</h1>{body}</article></body></html>"
    ).encode()


def paragraphs(body: str = BODY, head: str = "", around: str = "") -> list[str]:
    return document(page(body, head, around), "page.html").text.split("\n\n")


@pytest.mark.parametrize(
    "extra",
    [
        f'<div class="related-stories"><h3>More to read</h3><ul>{LINKS}</ul></div>',
        f"<h3>More from the coast</h3><ul>{LINKS}</ul>",
        '<div id="comments"><p>I have waited for this since my father was a boy, a pilot.</p></div>',
        '<div class="newsletter-signup"><p>Get the best of the harbour in your inbox every morning.</p></div>',
        "<p>Sign up for our morning letter.</p>",
        "<p>© 2024 The Coast. All rights reserved.</p>",
        '<div class="author-bio"><p>Ada Osei has written of harbours and ships for more than twenty years.</p></div>',
    ],
)
def test_what_follows_an_article_is_no_part_of_it(extra: str) -> None:
    assert paragraphs(BODY + extra) == PARAGRAPHS


def test_longer_comments_than_the_article_are_no_part_of_it() -> None:
    comments = "".join(
        f"<p>Comment {i}: I have waited for this since my father was a boy, as a pilot.</p>" for i in range(60)
    )
    assert paragraphs(f'{BODY}<div id="comments">{comments}</div>') == PARAGRAPHS


def test_byline_and_date_before_an_article_are_no_part_of_its_text() -> None:
    before = '<p class="byline">By Ada Osei, March 12, 2024 2:30 pm</p>'
    assert paragraphs(before + BODY) == PARAGRAPHS


def test_an_article_in_a_box_with_a_misleading_class_is_kept() -> None:
    assert paragraphs(f'<div class="subscribe-box">{BODY}</div>') == PARAGRAPHS


def test_a_link_inside_an_article_is_kept() -> None:
    linked = BODY.replace("Tuesday", '<a href="/x">Tuesday last week at noon</a>', 1)
    assert paragraphs(linked)[0] == PARAGRAPHS[0].replace("Tuesday", "Tuesday last week at noon")


def test_line_breaks_of_the_source_are_no_paragraphs() -> None:
    wrapped = BODY.replace(" and agreed", "\n  and agreed")
    assert paragraphs(wrapped) == PARAGRAPHS
    broken = BODY.replace(" and agreed", "<br>and agreed")
    assert paragraphs(broken) == PARAGRAPHS


def test_a_table_is_a_line_a_row_without_bars() -> None:
    rows = [("Harbour", "Depth", "Ships"), ("North", "12 m", "310"), ("South", "9 m", "")]
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    found = paragraphs(f"{BODY}<table>{table}</table>{BODY.replace('Tuesday', 'Friday')}")
    assert "North; 12 m; 310" in found
    assert "South; 9 m" in found
    assert not any("|" in line for line in found)


def test_a_summary_under_the_headline_is_kept() -> None:
    summary = "The channel will be nine metres deep, and nobody yet knows who pays for it."
    html = (
        "<!DOCTYPE html><html><head><title>Harbour board votes</title></head><body><header><h1>Harbour board votes</h1>"
        f'<div class="article__lead">{summary}</div></header><div class="story">{BODY}</div></body></html>'
    )
    assert document(html.encode(), "page.html").text.split("\n\n") == [summary, *PARAGRAPHS]


@pytest.mark.parametrize("name", ["slideshow", "other-columns", "login-tools"])
def test_blocks_beside_the_article_are_no_part_of_it(name: str) -> None:
    beside = (
        f'<div class="{name}"><h3>Tram line</h3><p>The council has put off the vote on the tram line again, for the '
        "ninth time since the summer, and nobody in the town is surprised.</p></div>"
    )
    assert paragraphs(f'<div class="text">{BODY}</div>{beside}') == PARAGRAPHS


# Pages that are no article


def test_a_front_page_is_refused() -> None:
    teasers = "".join(
        f'<div><h3><a href="/{i}">Council puts off the vote on the tram line, time {i}</a></h3>'
        f"<p>The council has put off the vote on the tram line again, the {i}th time since the summer.</p></div>"
        for i in range(30)
    )
    home = f'<!DOCTYPE html><html><head><title>The Coast</title><link rel="canonical" href="https://coast.example/"></head><body>{teasers}</body></html>'
    assert refusal(home.encode(), "page.html").reason == "not_an_article"


def test_the_front_page_of_a_section_is_refused_whatever_its_address() -> None:
    teasers = "".join(
        f'<li><article><h2><a href="/{i}">Council puts off the vote on the tram line, time {i}</a></h2>'
        f"<p>The council has put off the vote on the tram line again, the {i}th time since the summer began.</p>"
        "</article></li>"
        for i in range(20)
    )
    head = '<title>Town</title><link rel="canonical" href="https://coast.example/town/">'
    section = f"<!DOCTYPE html><html><head>{head}</head><body><h1>Town</h1><ol>{teasers}</ol></body></html>"
    assert refusal(section.encode(), "page.html").reason == "not_an_article"


def test_a_list_of_stories_that_calls_itself_an_article_is_refused() -> None:
    teasers = "".join(
        f'<div><h3><a href="/{i}">Council puts off the vote on the tram line, time {i}</a></h3>'
        f"<p>The council has put off the vote on the tram line again, the {i}th time since the summer began.</p></div>"
        for i in range(30)
    )
    kind = '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "CollectionPage"}</script>'
    head = f'<title>Town</title><meta property="og:type" content="article">{kind}'
    page = f"<!DOCTYPE html><html><head>{head}</head><body><h1>Town</h1>{teasers}</body></html>"
    assert refusal(page.encode(), "page.html").reason == "not_an_article"


@pytest.mark.parametrize(
    ("title", "is_article"), [("Browse: All > Harbours", False), ("Browsers of the harbour's shops spend less", True)]
)
def test_a_page_to_browse_a_catalogue_is_refused(title: str, is_article: bool) -> None:
    prose = "<p>The harbour's books lie open to all who want to read of its ships, its tides and its winds.</p>" * 4
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{prose}</body></html>"
    if is_article:
        assert "harbour" in document(page.encode(), "page.html").text
    else:
        assert refusal(page.encode(), "page.html").reason == "not_an_article"


def test_a_page_that_is_a_list_of_links_throughout_is_refused() -> None:
    rows = "".join(f'<tr><td><a href="/{i}">Song of the harbour, take {i}</a></td><td>{i}</td></tr>' for i in range(60))
    body = f"<center><table>{rows}</table></center>"
    page = f"<!DOCTYPE html><html><head><title>Songs</title></head><body>{body}</body></html>"
    assert refusal(page.encode(), "page.html").reason == "not_an_article"


def test_the_menu_of_a_site_and_what_its_forms_offer_are_no_text() -> None:
    menu = "".join(f'<a href="/{name}">{name}</a> | ' for name in ("Town", "Coast", "Harbour", "Sport"))
    form = "<p>Search: <select><option>All of the paper</option><option>The photographs</option></select></p>"
    found = "\n".join(paragraphs(f"<div><p>{menu}<a href='/jobs'>Jobs</a></p>{form}{BODY}</div>"))
    assert "Town | Coast" not in found
    assert "The photographs" not in found
    assert PARAGRAPHS[0] in found


def test_an_article_that_gives_the_front_page_as_its_address_is_none() -> None:
    head = '<link rel="canonical" href="https://coast.example/">'
    assert paragraphs(BODY + f"<aside><ul>{LINKS * 4}</ul></aside>", head) == PARAGRAPHS


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Page not found",
            "We looked everywhere, but there is nothing at this address. Try the front page or the search.",
        ),
        ("404 - The Coast", "The story may have been moved or taken down since somebody linked to it from elsewhere."),
        (
            "The Coast: Error",
            "The item that you asked for cannot be shown. Write to us if you think that it should be.",
        ),
        ("Just a moment...", "Checking your browser before you can see this page. It takes a few seconds at the most."),
        ("The Coast", "Before you continue: we and our 312 partners keep and read what is stored on your device."),
    ],
)
def test_notices_are_refused(title: str, text: str) -> None:
    notice = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    )
    assert refusal(notice.encode(), "page.html").reason == "not_an_article"


def test_an_article_about_missing_pages_and_cookies_is_none() -> None:
    head = '<meta property="og:type" content="article"><title>Error 404: the page that made a town famous</title>'
    assert paragraphs(head=head) == PARAGRAPHS


# Pages of a special kind


@pytest.mark.parametrize(
    ("head", "flag"),
    [
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>',
            "paywalled",
        ),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>',
            "paywalled",
        ),
        ('<meta property="article:content_tier" content="locked">', "paywalled"),
        ('<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Vote"}</script>', "live_blog"),
        ('<link rel="canonical" href="https://coast.example/gallery/12">', "gallery"),
        ('<meta property="og:type" content="video.other">', "video_page"),
    ],
)
def test_special_pages_are_flagged(head: str, flag: str) -> None:
    assert document(page(head=head), "page.html").quality_flags == (flag,)


def test_a_free_article_has_no_flag() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": true}</script>'
    assert document(page(head=head), "page.html").quality_flags == ()


@pytest.mark.parametrize(
    "piece",
    [
        '<div class="comment related">',
        '<span class="author">a b</span>',
        "<p>A paragraph that nobody finds, of more than sixty letters, I hope.</p>",
        "<h1>a</h1>",
        "<time datetime='2024-03-12T21:40:00-05:00'>x</time>",
    ],
)
def test_pages_of_one_piece_many_times_are_read_in_time(piece: str) -> None:
    head = '<meta property="article:published_time" content="2024-03-13T02:40:00Z">'
    started = time.process_time()
    document(page(BODY + piece * 5_000, head), "page.html")
    assert time.process_time() - started < 10


def test_a_body_without_its_frame_is_read_like_a_page() -> None:
    frameless = f'<div id="story"><div>{BODY}</div></div>'.encode()
    assert document(frameless, "a.html").text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "path", ["/about/", "/en/contact-us", "/about/faq.php", "/account/login.php", "/privacy-policy"]
)
@pytest.mark.parametrize("kind", ["", '<meta property="og:type" content="article">'])
def test_what_a_site_says_of_itself_is_refused(path: str, kind: str) -> None:
    head = f'{kind}<link rel="canonical" href="https://coast.example{path}">'
    assert refusal(page(head=head), "page.html").reason == "not_an_article"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/2024/03/about", ""),
        ("/news/help-arrives", ""),
        ("/about/", '<meta property="article:published_time" content="2024-03-12T08:00:00Z">'),
    ],
)
def test_an_article_under_such_an_address_is_read(path: str, more: str) -> None:
    assert paragraphs(head=f'{more}<link rel="canonical" href="https://coast.example{path}">') == PARAGRAPHS


def test_a_thread_of_a_forum_is_refused() -> None:
    rows = "".join(
        f"<tr><td>{name}:</td><td>{value}</td></tr>"
        for name, value in [("Poster", "quay7"), ("Date", "April 30, 2008"), ("Forum", "Cranes"), ("Subject", "Rust")]
    )
    thread = f"<html><head><title>Forums: view post</title></head><body><table>{rows}</table>{BODY}</body></html>"
    assert refusal(thread.encode(), "page.html").reason == "not_an_article"


def test_a_form_to_log_in_is_refused() -> None:
    head = "<html><head><title>Log in to The Coast</title></head>"
    form = f"{head}<body><p>Your name and password, please.</p></body></html>"
    assert refusal(form.encode(), "page.html").reason == "not_an_article"


def test_a_page_that_begins_with_its_script_is_a_page() -> None:
    script = (
        b"<script>window.location = 'https://coast.example/';</script><noscript><meta http-equiv='refresh'></noscript>"
    )
    assert refusal(script, "page.html").reason == "no_text"
