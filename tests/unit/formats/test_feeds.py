from __future__ import annotations

import json

import pytest

from flows.formats.base import Fault, Record
from tests.reading import document, fault_reasons, format_name, outcomes, read_documents, read_items

LONG = "The harbour board met on Monday and voted to keep the old crane. " * 4

RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The Calder Post</title><link>https://calder.example/</link><language>en-gb</language>
<item><title>Crane &amp;amp; quay saved</title><link>/2021/07/crane</link><guid isPermaLink="false">post-7</guid>
<pubDate>Sun, 11 Jul 2021 09:00:00 GMT</pubDate><dc:creator>Ada Osei</dc:creator>
<category>Harbour</category><category>Heritage</category><description>The crane stays.</description>
<content:encoded><![CDATA[<p>{LONG}</p><p>“It stays,” said Ada Voss.</p>]]></content:encoded></item>
<item><title>Ferry late</title><author>news@calder.example (Ben Ito)</author><guid>https://calder.example/ferry</guid>
<description>The ferry was late again [...]</description></item>
<item><title>Only a headline</title><link>https://calder.example/x</link></item>
</channel></rss>""".encode()

ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Calder Atom</title>
<link rel="self" href="https://calder.example/feed"/><link href="https://calder.example/"/>
<author><name>The Desk</name></author>
<entry><title type="html">Crane &lt;b&gt;saved&lt;/b&gt;</title><id>urn:1</id>
<link rel="enclosure" href="https://calder.example/a.mp3"/><link rel="alternate" href="https://calder.example/crane"/>
<published>2021-07-11T09:00:00Z</published><updated>2021-07-12T09:00:00Z</updated>
<author><name>Ada Osei</name></author><author><name>Ben Ito</name></author><category term="harbour" label="Harbour"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{LONG}</p><p>Second.</p></div></content></entry>
<entry><title>Short</title><id>urn:2</id><summary>A summary.</summary></entry></feed>""".encode()

RDF = b"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1 for XHTML//EN" "http://127.0.0.1:9/x.ent">
%HTMLlat1;]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://calder.example/"><title>Calder RDF</title><dc:language>fr</dc:language></channel>
<item rdf:about="https://calder.example/1"><title>Caf&eacute; ouvert</title><link>https://calder.example/1</link>
<dc:date>2021-07-11</dc:date><description>Le caf&eacute; est ouvert.</description></item></rdf:RDF>"""

WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Calder Blog</title>
<wp:author><wp:author_login>ada7</wp:author_login><wp:author_display_name>Ada Osei</wp:author_display_name></wp:author>
{items}</channel></rss>"""


def post(status: str, post_type: str, text: str = "Body text.") -> str:
    return (
        f"<item><title>T</title><dc:creator>ada7</dc:creator><category domain='post_tag'>tag</category>"
        f"<category domain='category'>News</category><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:status>{status}</wp:status><wp:post_type>{post_type}</wp:post_type></item>"
    )


def test_the_day_of_a_post_is_that_of_the_blogs_own_clock() -> None:
    dates = "<pubDate>Wed, 27 Oct 2004 02:20:54 +0000</pubDate><wp:post_date>2004-10-26 22:20:54</wp:post_date>"
    item = post("publish", "post").replace("<wp:status>", f"{dates}<wp:status>")
    assert document(WXR.format(items=item).encode()).fields["published_date"].startswith("2004-10-26")


def test_an_rss_item_gives_its_full_text_and_what_it_and_the_feed_state() -> None:
    first, second, third = outcomes(RSS, "feed.xml")
    assert not isinstance(first, str)
    assert first.text == f"{LONG.strip()}\n\n“It stays,” said Ada Voss."
    assert first.fields | {"feed_url": ""} == {
        "title": "Crane & quay saved",
        "url": "https://calder.example/2021/07/crane",
        "published_date": "Sun, 11 Jul 2021 09:00:00 GMT",
        "byline": "Ada Osei",
        "section": "Harbour",
        "publisher": "The Calder Post",
        "language": "en-gb",
        "feed_url": "",
    }
    assert first.quality_flags == ()
    assert not isinstance(second, str)
    assert second.quality_flags == ("summary_only",)
    assert (second.fields["byline"], second.fields["url"]) == ("Ben Ito", "https://calder.example/ferry")
    assert third == "no_text"


def test_an_item_keeps_the_id_it_gives_itself() -> None:
    assert [item.own_id for item in read_items(RSS) if isinstance(item, Record)] == [
        "post-7",
        "https://calder.example/ferry",
    ]


def test_a_long_description_that_does_not_break_off_is_the_whole_text() -> None:
    whole = document(f"<rss><channel><item><description>{LONG * 4}</description></item></channel></rss>".encode())
    broken = document(
        f"<rss><channel><item><description>{LONG * 4} Read more</description></item></channel></rss>".encode()
    )
    assert (whole.quality_flags, broken.quality_flags) == ((), ("summary_only",))


def test_atom_entries_with_elements_and_escaped_markup() -> None:
    first, second = read_documents(ATOM)
    assert first.text == f"{LONG.strip()}\n\nSecond."
    assert first.fields["title"] == "Crane saved"
    assert first.fields["url"] == "https://calder.example/crane"
    assert first.fields["byline"] == "Ada Osei; Ben Ito"
    assert (first.fields["section"], first.fields["language"]) == ("Harbour", "de")
    assert first.fields["published_date"].startswith("2021-07-11")
    assert (second.fields["byline"], second.quality_flags) == ("The Desk", ("summary_only",))


def test_rdf_with_an_external_document_type_is_read_without_it() -> None:
    found = document(RDF)
    assert (found.text, found.fields["title"]) == ("Le café est ouvert.", "Café ouvert")
    assert (found.fields["publisher"], found.fields["language"]) == ("Calder RDF", "fr")
    assert found.media_type == "application/rdf+xml"


def test_of_a_wordpress_export_published_posts_and_pages_alone_are_articles() -> None:
    kinds = [("publish", "post"), ("draft", "post"), ("inherit", "attachment"), ("publish", "page")]
    data = WXR.format(items="".join(post(*kind) for kind in kinds)).encode()
    found = read_documents(data)
    assert len(found) == 2
    assert (found[0].fields["byline"], found[0].fields["section"]) == ("Ada Osei", "News")
    (fault,) = read_items(WXR.format(items=post("draft", "post")).encode())
    assert isinstance(fault, Fault)
    assert (fault.reason, "draft" in fault.detail) == ("not_an_article", True)


def test_wordpress_paragraphs_are_blank_lines_and_shortcodes_are_no_text() -> None:
    text = "One <em>line</em>.\n\n[caption id='1']<img src='a'/> A photo[/caption]\n\nTwo\nlines. [gallery ids='1']"
    assert document(WXR.format(items=post("publish", "post", text)).encode()).text == "One line.\n\nTwo lines."


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Calder JSON",
        "authors": [{"name": "The Desk"}],
        "items": [
            {"id": "1", "content_html": "<p>One.</p><p>Two.</p>", "title": "T", "date_published": "2021-07-11"},
            {"id": 2, "summary": "A summary.", "authors": [{"name": "Ada Osei"}], "tags": ["Harbour"]},
            {"id": "3", "title": "nothing"},
            7,
        ],
    }
    for data in (json.dumps(feed).encode(), json.dumps(feed, indent=1).encode()):
        first, second, third, fourth = outcomes(data, "feed.json")
        assert not isinstance(first, str)
        assert not isinstance(second, str)
        assert (first.text, first.fields["byline"], first.fields["publisher"]) == (
            "One.\n\nTwo.",
            "The Desk",
            "Calder JSON",
        )
        assert (second.text, second.quality_flags) == ("A summary.", ("summary_only",))
        assert (second.fields["byline"], second.fields["section"]) == ("Ada Osei", "Harbour")
        assert (third, fourth) == ("no_text", "bad_json")


def test_feeds_are_known_by_content_whatever_their_name() -> None:
    for data in (RSS, ATOM, RDF, b"\xef\xbb\xbf\n" + RSS):
        assert format_name(data, "page.html") == "feed"
    assert format_name(b"<feed><x/></feed>", "a.txt") == "text"


def test_the_encoding_is_seen_and_not_believed() -> None:
    item = "<item><title>Café</title><description>Le café est “ouvert”.</description></item>"
    declared = f'<?xml version="1.0" encoding="windows-1252"?><rss><channel>{item}</channel></rss>'
    for data in (declared.encode("cp1252"), declared.encode("utf-8"), declared.encode("utf-16")):
        assert document(data).text == "Le café est “ouvert”."
    wrong = declared.replace("windows-1252", "utf-8").encode("cp1252")
    assert document(wrong).text == "Le café est “ouvert”."


def test_bare_signs_and_unknown_entities_lose_nothing() -> None:
    texts = (b"A & B < C &foo; \x0b", b"D")
    found = b"".join(b"<item><description>%b</description></item>" % text for text in texts)
    data = b"<rss><channel>%b</channel></rss>" % found
    assert [found.text.strip() for found in read_documents(data)] == ["A & B < C &foo;", "D"]


def test_a_feed_that_ends_early_gives_its_whole_items_and_one_fault() -> None:
    cut = RSS[: RSS.index(b"The ferry was late")]
    first, fault = read_items(cut)
    assert isinstance(first, Record)
    assert isinstance(fault, Fault)
    assert fault.reason == "bad_xml"


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/hostname">',
        f'<!ENTITY c "{"x" * 10_000}">',
    ],
)
def test_entity_bombs_and_external_entities_are_one_fault(entities: str) -> None:
    data = f"<!DOCTYPE rss [{entities}]><rss><channel><item><description>&c;</description></item></channel></rss>"
    assert fault_reasons(data.encode()) == ["bad_xml"]


def test_one_huge_item_ends_the_reading() -> None:
    data = b"<rss><channel><item><description>" + b"x" * (21 * 2**20) + b"</description></item></channel></rss>"
    assert fault_reasons(data) == ["too_large"]


@pytest.mark.parametrize(
    ("title", "link", "publisher", "section"),
    [
        ("Ports - CALDER.it", "https://www.calder.it/rss", "CALDER.it", "Ports"),
        ("World news | The Quay", "https://www.thequay.example", "The Quay", "World news"),
        ("NYT &gt; Harbours", "https://www.nytimes.example", "NYT", "Harbours"),
        ("Quay News - Home", "https://quay.example", "Quay News", None),
        ("Quay News - All that happens in the harbours of the north", "https://quay.example", "Quay News", None),
        ("Ports - The Post", "https://feeds.example/17", "Ports - The Post", None),
        ("The Calder Post", "https://calder.example", "The Calder Post", None),
    ],
)
def test_the_title_of_a_feed_is_its_publisher_and_a_section(
    title: str, link: str, publisher: str, section: str | None
) -> None:
    data = f"""<rss version="2.0"><channel><title>{title}</title><link>{link}</link>
<item><title>Crane saved</title><description>{LONG}</description></item></channel></rss>"""
    (found,) = read_documents(data.encode(), "a.xml")
    assert (found.fields["publisher"], found.fields.get("section")) == (publisher, section)


def test_an_entry_that_holds_the_agencys_copy_is_read_as_that() -> None:
    copy = """<nitf xmlns=""><body><body.head><hedline><hl1>Crane saved</hl1></hedline><byline>By ADA OSEI
<byttl>Calder Wire</byttl></byline><distributor>Calder Wire</distributor></body.head><body.content>
<p>The board voted.</p><p>It stays.</p></body.content></body></nitf>"""
    data = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>CW Top News</title><entry><id>1</id>
<title>BC-UK--Crane, 1st Ld</title><author><name>Desk</name></author><content type="xml">{copy}</content></entry>
</feed>"""
    (found,) = read_documents(data.encode(), "a.xml")
    assert found.text == "The board voted.\n\nIt stays."
    assert (found.fields["title"], found.fields["byline"]) == ("Crane saved", "ADA OSEI")


def test_captions_in_an_item_are_no_text_of_it() -> None:
    figure = "<figure><img src='a'><figcaption>The crane.</figcaption></figure>"
    item = f"<item><title>Crane</title><description><![CDATA[{figure}<p>It stays.</p>]]></description></item>"
    data = f"<rss version='2.0'><channel><title>T</title>{item}</channel></rss>"
    assert read_documents(data.encode(), "a.xml")[0].text == "It stays."
