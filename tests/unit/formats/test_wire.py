from __future__ import annotations

import json

import pytest

from flows.formats.base import Fault, Record
from tests.reading import document, fault_reasons, format_name, outcomes, read_documents, read_items

NAR = "http://iptc.org/std/nar/2006-10-01/"


def news_item(guid: str, content: str, item_class: str = "ninat:text", **metadata: str) -> str:
    return f"""<newsItem xmlns="{NAR}" guid="{guid}" xml:lang="en-GB"><itemMeta><itemClass qcode="{item_class}"/>
<provider literal="calder.example"/><versionCreated>2021-07-12T10:00:00Z</versionCreated>
<firstCreated>2021-07-11T09:00:00Z</firstCreated></itemMeta><contentMeta><infoSource literal="Calder Wire"/>
<located><name>Port Calder</name></located><language tag="en"/>
<subject type="cpnat:geoArea:5"><name>Wales</name></subject><subject qcode="medtop:1"><name>shipping</name></subject>
{metadata.get("extra", "")}<slugline>CRANE-VOTE</slugline></contentMeta><contentSet>{content}</contentSet></newsItem>"""


XHTML = """<inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>
<body><p>The board voted on Monday.</p><p>“It stays,” said Ada Voss.</p></body></html></inlineXML>"""

NITF = """<nitf xml:lang="en"><head><title>Short title</title><tobject>
<tobject.subject tobject.subject.type="Harbours"/></tobject><docdata>
<doc-id id-string="calder-9" regsrc="CW"/><date.issue norm="20210711T090000Z"/></docdata>
<pubdata name="The Calder Post" ex-ref="https://calder.example/9"/></head>
<body><body.head><hedline><hl1>Crane saved</hl1>
</hedline><byline>By <person>Ada Osei</person> <byttl>Harbour reporter</byttl></byline>
<dateline><location>Port Calder</location></dateline><abstract><p>The crane stays.</p></abstract></body.head>
<body.content>{content}</body.content></body></nitf>"""
NITF_CONTENT = """<p>The <org>board</org> voted.</p>
<media media-type="image"><media-caption>A photo.</media-caption></media>
<hl2>Next</h12><p>It stays.</p>""".replace("h12", "hl2")


def test_a_news_item_gives_its_text_and_what_its_metadata_state() -> None:
    extra = "<headline>Crane saved</headline><by>Ada Osei, <role/></by><creditline>Calder News</creditline>"
    found = document(news_item("urn:1", XHTML, extra=extra).encode())
    assert found.text == "The board voted on Monday.\n\n“It stays,” said Ada Voss."
    assert found.fields == {
        "title": "Crane saved",
        "byline": "Ada Osei",
        "publisher": "Calder News",
        "section": "shipping",
        "language": "en",
        "published_date": "2021-07-11T09:00:00Z",
        "dateline_place": "Port Calder",
    }


def test_a_slugline_is_the_title_only_where_there_is_no_headline() -> None:
    assert document(news_item("urn:1", XHTML).encode()).fields["title"] == "CRANE-VOTE"


def test_a_message_gives_its_text_items_and_leaves_the_others_out() -> None:
    picture = '<remoteContent href="a.jpg"/>'
    message = f"""<newsMessage xmlns="{NAR}"><header/><itemSet>{news_item("urn:1", XHTML)}
{news_item("urn:2", picture, "ninat:picture")}{news_item("urn:3", "")}<packageItem guid="urn:4"/>
{news_item("urn:5", "<inlineData>Plain text &amp; more.</inlineData>")}</itemSet></newsMessage>"""
    first, fault, last = read_items(message.encode())
    assert isinstance(first, Record)
    assert isinstance(fault, Fault)
    assert isinstance(last, Record)
    assert (first.own_id, fault.reason, last.own_id) == ("urn:1", "no_text", "urn:5")
    assert fault_reasons(news_item("urn:2", picture, "ninat:picture").encode()) == ["not_an_article"]


def test_nitf_inside_of_newsml_and_alone() -> None:
    nitf = NITF.format(content=NITF_CONTENT)
    alone, inside = document(nitf.encode()), document(news_item("urn:1", f"<inlineXML>{nitf}</inlineXML>").encode())
    for found in (alone, inside):
        assert found.text == "The board voted.\n\nNext\n\nIt stays."
        assert found.fields["byline"] == "Ada Osei"
    assert alone.fields == {
        "title": "Crane saved",
        "byline": "Ada Osei",
        "publisher": "The Calder Post",
        "section": "Harbours",
        "language": "en",
        "published_date": "20210711T090000Z",
        "dateline_place": "Port Calder",
        "url": "https://calder.example/9",
    }
    (record,) = read_items(nitf.encode())
    assert isinstance(record, Record)
    assert record.own_id == "calder-9"


def test_nitf_without_a_body_gives_its_abstract_and_says_so() -> None:
    found = document(NITF.format(content="").encode())
    assert (found.text, found.quality_flags) == ("The crane stays.", ("summary_only",))


def test_nitf_whose_first_paragraph_stands_in_it_twice_gives_it_once() -> None:
    blocks = '<block class="lead_paragraph"><p>One.</p></block><block class="full_text"><p>One.</p><p>Two.</p></block>'
    assert document(NITF.format(content=blocks).encode()).text == "One.\n\nTwo."


def test_newsml_1_gives_the_text_of_its_main_component() -> None:
    def component(role: str, content: str) -> str:
        holder = f"<ContentItem><DataContent>{content}</DataContent></ContentItem>"
        return f'<NewsComponent><Role FormalName="{role}"/>{holder}</NewsComponent>'

    body = "<html><head/><body><p>The board voted.</p><p>It stays.</p></body></html>"
    parts = component("StyleSheet", ".a {b: c}") + component("Caption", "A photo. " * 20) + component("Main", body)
    data = f"""<NewsML Version="1.2"><NewsEnvelope/><NewsItem><Identification><NewsIdentifier>
<PublicIdentifier>urn:newsml:calder:1</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20210711T090000Z</FirstCreated></NewsManagement><NewsComponent>
<NewsLines><HeadLine>Crane saved</HeadLine><ByLine>Ada Osei</ByLine><CreditLine>Calder Wire</CreditLine></NewsLines>
<DescriptiveMetadata><Language FormalName="en"/><SubjectCode><Subject FormalName="shipping"/></SubjectCode>
</DescriptiveMetadata>{parts}</NewsComponent></NewsItem><NewsItem/></NewsML>"""
    found = document(data.encode())
    assert found.text == "The board voted.\n\nIt stays."
    assert found.fields == {
        "title": "Crane saved",
        "byline": "Ada Osei",
        "publisher": "Calder Wire",
        "section": "shipping",
        "language": "en",
        "published_date": "20210711T090000Z",
    }


def test_newsml_1_with_its_first_paragraph_in_a_component_of_its_own() -> None:
    texts = {"Title": "Crane saved", "Lead": "The board voted on Monday.", "Body": "It stays."}
    parts = "".join(
        f'<NewsComponent><Role FormalName="{role}"/><ContentItem><DataContent>{text}</DataContent></ContentItem>'
        "</NewsComponent>"
        for role, text in texts.items()
    )
    data = f"<NewsML><NewsItem><NewsComponent>{parts}</NewsComponent></NewsItem></NewsML>"
    assert document(data.encode()).text == "The board voted on Monday.\n\nIt stays."


NINJS_1 = {
    "uri": "urn:1",
    "type": "text",
    "versioncreated": "2021-07-12T10:00:00Z",
    "firstcreated": "2021-07-11T09:00:00Z",
    "headline": "Crane saved",
    "byline": "Ada Osei",
    "located": "Port Calder",
    "infosource": [{"name": "Calder Wire"}],
    "subject": [{"code": "medtop:1"}, {"name": "shipping"}],
    "language": "en",
    "body_text": "The board voted. It stays.",
    "body_xhtml": "<p>The board voted.</p><p>It stays.</p>",
}
NINJS_3 = {
    "uri": "urn:3",
    "type": "text",
    "versionCreated": "2021-07-11T10:00:00Z",
    "headlines": [{"role": "short", "value": "Crane"}, {"role": "main", "value": "Crane saved"}],
    "by": "Ada Osei",
    "copyrightHolder": "Calder Wire",
    "subjects": [{"name": "shipping"}],
    "bodies": [{"role": "main", "contentType": "text/html", "value": "<p>The board voted.</p><p>It stays.</p>"}],
}


@pytest.mark.parametrize("item", [NINJS_1, NINJS_3])
@pytest.mark.parametrize("indent", [None, 2])
def test_ninjs_of_any_version(item: dict[str, object], indent: int | None) -> None:
    found = document(json.dumps(item, indent=indent).encode())
    assert found.text == "The board voted.\n\nIt stays."
    assert found.fields["published_date"].startswith("2021-07-11")
    assert {key: found.fields[key] for key in ("title", "byline", "publisher", "section")} == {
        "title": "Crane saved",
        "byline": "Ada Osei",
        "publisher": "Calder Wire",
        "section": "shipping",
    }


def test_the_lines_of_a_ninjs_body_in_html_are_not_its_paragraphs() -> None:
    item = NINJS_1 | {"body_xhtml": "The board\n     voted on <b>the\n  crane</b>."}
    assert document(json.dumps(item).encode()).text == "The board voted on the crane."


def test_a_list_of_ninjs_items_leaves_pictures_out() -> None:
    summary = {"uri": "urn:4", "type": "text", "pubstatus": "usable", "description_text": "In short."}
    picture = {"uri": "urn:5", "type": "picture", "description_text": "A photo."}
    empty = {"uri": "urn:6", "type": "text"}
    for data in ([NINJS_1, summary, picture, empty], {"items": [NINJS_1, summary, picture, empty]}):
        _, second, third = outcomes(json.dumps(data, indent=1).encode())
        assert not isinstance(second, str)
        assert (second.text, second.quality_flags, third) == ("In short.", ("summary_only",), "no_text")


def test_json_lines_of_any_fields_stay_json_lines() -> None:
    line = json.dumps({"id": 1, "text": "Body", "uri": "x"})
    assert format_name(f"{line}\n{line}\n".encode()) == "json_lines"
    assert format_name(json.dumps(NINJS_1).encode() + b"\n" + json.dumps(NINJS_1).encode()) == "json_lines"


IPTC_7901 = (
    b"\x16\x16\x01cwr0123 3 POL 12 crane-vote\r\n\x02^Crane saved\r\n^By Ada Osei\r\n"
    b"   PORT CALDER, July 11 (Calder Wire) - The board\r\nvoted on Monday.\r\n"
    b"   It stays.\r\n\x03110900 JUL 21\r\n\x04\r\n"
)
ANPA = (
    b"\x16\x16\x01a0124\x1fr i \x13\x11 bc-crane 07-11 0012\r\n\x02^Crane saved<\r\n^Eds: corrects date<\r\n"
    b"^By ADA OSEI=\r\n"
    b"    PORT CALDER (CW) _ The board voted<\r\non Monday.<\r\n    It stays.<\r\n\x03CW-CX-07-11-21 0900EDT<\r\n\x04"
)


@pytest.mark.parametrize("message", [IPTC_7901, ANPA])
def test_messages_between_control_characters(message: bytes) -> None:
    first, second = read_documents(message * 2)
    assert first == second
    assert first.fields["title"] == "Crane saved"
    assert first.fields["byline"].lower() == "ada osei"
    assert first.fields["published_date"] == "2021-07-11"
    assert first.text.startswith("PORT CALDER")
    assert first.text.endswith("\n\nIt stays.")


def test_messages_between_words() -> None:
    message = (
        b"ZCZC CW\r\n%A\r\n#Crane\r\n$Crane saved for good\r\n@Wales\r\nThe board voted.\r\n\r\nIt stays.\r\nNNNN\r\n"
    )
    first, second = read_documents(message + b"\r\n" + message)
    assert (first.fields["title"], first.text) == ("Crane saved for good", "The board voted.\n\nIt stays.")
    assert second.text == first.text


ANPA_OF_TWO_LINES = (
    b"\x16\x16\x01V0124\x1fcalde\r\nr d\x13\x11 BC-UK--Crane-Vote 1stLd-Writethru   07-11 0012\r\n\x02"
    b"^BC-UK--Crane-Vote, 1st Ld-Writethru,127<\r\n^Crane saved<\r\n^AP Photo XNP1<\r\n^Eds: corrects date<\r\n"
    b"^By ADA OSEI=\r\n^Harbour Writer=\r\n\t   PORT CALDER, Wales (AP) _ The board voted.\r\n"
    b"\t   ``It stays,'' she said.\r\n"
    b"\r\n\t   \x03AP-WF-07-11-21 0900GMT<\r\n\r\n"
)
DPA = (
    b"\x01cwr0007 4 pol 250  dpa 0908\r\n\nHarbours/\r\n\x021ST LEAD\r\nCrane saved after a long debate\r\n"
    b"By Ada Osei, Calder Post =\r\n\nPort Calder (dpa) - The board\nvoted on Monday.\r\n\nIt stays.\r\n\n"
    b"# Notebook\r\n\n## Note to editors\r\n- adds vote\r\n\n* * * *\r\n"
    b"The following information is not intended for publication\r\n\n"
    b"- Reporting by: Ada Osei\r\n\ndpa ao bo\r\n\n110900 GMT Jul 21\r\n\x03\r\n"
)


@pytest.mark.parametrize("message", [ANPA_OF_TWO_LINES, DPA])
@pytest.mark.parametrize("has_controls", [True, False])
def test_slug_labels_notes_and_trailer_are_no_part_of_the_copy(message: bytes, has_controls: bool) -> None:
    found = document(message if has_controls else bytes(code for code in message if code > 31 or code in b"\t\r\n"))
    assert found.media_type == "text/plain"
    assert found.fields["title"].startswith("Crane saved")
    assert found.fields["byline"].upper().startswith("ADA OSEI")
    assert found.fields["published_date"] == "2021-07-11"
    assert found.fields["publisher"] in {"AP", "dpa"}
    assert found.fields["section"] in {"D", "POL"}
    assert found.text.replace("\n", " ").startswith("P")
    assert found.text.endswith(("It stays.", "she said."))
    assert found.text.count("\n\n") == 1


def test_a_list_of_words_and_numbers_is_no_message() -> None:
    assert format_name(b"abc123 4 pol 5 is a code.\n\nIt opens a text.\n", "a.txt") != "wire_text"


def test_a_subject_of_one_letter_and_a_code_without_its_name_are_no_section() -> None:
    extra = '<subject qcode="x:f"><name>f</name></subject>'
    found = document(
        news_item("urn:1", XHTML).replace('<subject type="cpnat:geo', f'{extra}<subject type="cpnat:geo').encode()
    )
    assert found.fields["section"] == "shipping"
    topic = """<TopicSet><Topic><FormalName>09003000</FormalName><Description Variant="Category">JOB</Description>
    <Description xml:lang="en" Variant="Name">Jobs</Description></Topic></TopicSet>"""
    newsml = """<NewsML><NewsItem><NewsComponent>{topic}<NewsLines><HeadLine>Crane saved</HeadLine></NewsLines>
    <DescriptiveMetadata><SubjectCode><SubjectMatter FormalName="09003000"/></SubjectCode></DescriptiveMetadata>
    <ContentItem><DataContent><p>The board voted.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""
    assert document(newsml.format(topic=topic).encode()).fields["section"] == "Jobs"
    assert "section" not in document(newsml.format(topic="").encode()).fields


def test_initials_are_no_byline_and_a_domain_is_no_publisher_where_the_holder_is_named() -> None:
    nitf = NITF.format(content=NITF_CONTENT).replace(
        "By <person>Ada Osei</person> <byttl>Harbour reporter</byttl>", "ao/bo"
    )
    assert "byline" not in document(nitf.encode()).fields
    item = (
        news_item("urn:1", XHTML)
        .replace("calder.example", "calder.it")
        .replace('<infoSource literal="Calder Wire"/>', "")
    )
    rights = '<rightsInfo><copyrightHolder literal="CALDER"/></rightsInfo><itemMeta>'
    assert document(item.encode()).fields["publisher"] == "calder.it"
    assert document(item.replace("<itemMeta>", rights).encode()).fields["publisher"] == "CALDER"


def test_bylines_in_a_list_of_objects_are_the_byline() -> None:
    item = {key: value for key, value in NINJS_1.items() if key != "byline"}
    for several in ([{"by": "By ADA OSEI", "title": "Calder Wire"}], [{"byline": "Ada Osei/CW", "firstname": "Ada"}]):
        found = document(json.dumps(item | {"bylines": [*several, {"by": "Ben Ito"}]}).encode())
        assert found.fields["byline"].lower() == "ada osei; ben ito"


def test_captions_labels_and_notes_of_a_body_in_html_are_told_apart() -> None:
    label = '<div><span class="vignette">Harbours</span><span class="source">CW</span></div>'
    figure = (
        '<figure><img src="a.jpg"/><div class="byline">Ada Osei/CW</div><figcaption>The crane.</figcaption></figure>'
    )
    story = '<p>The board voted.</p><p>It <span class="drop">s</span><span class="rest">tays</span>.</p>'
    notes = '<section class="notepad"><h2>Notebook</h2><p>Desk: call again.</p></section>'
    item = NINJS_1 | {"body_xhtml": f"<article>{label}{story}{figure}{notes}</article>", "body_text": ""}
    assert document(json.dumps(item).encode()).text == "Harbours CW\n\nThe board voted.\n\nIt stays."
    only_figure = NINJS_1 | {"body_xhtml": figure, "body_text": ""}
    assert "The crane." in document(json.dumps(only_figure).encode()).text


def test_a_byline_is_its_persons_and_what_is_stated_where_it_names_none() -> None:
    for stated, byline in (
        ("By Ada Osei, PA Industrial Correspondent", "Ada Osei"),
        ("(CALDER)", "CALDER"),
        ("Staff", "Staff"),
    ):
        assert document(json.dumps(NINJS_1 | {"byline": stated}).encode()).fields["byline"] == byline
    nitf = NITF.format(content=NITF_CONTENT).replace(
        "By <person>Ada Osei</person> <byttl>Harbour reporter</byttl>", "{}"
    )
    titled = nitf.format("<byttl>By Ada Osei, Harbour Correspondent</byttl>")
    assert document(titled.encode()).fields["byline"] == "Ada Osei"


def test_a_table_of_odds_among_messages_is_no_article() -> None:
    odds = "\r\n".join(f"   {n}.50 Harbour Lad {n} {n + 1}" for n in range(2, 30)).encode()
    message = IPTC_7901.replace(b"   It stays.", odds).replace(b"The board\r\nvoted on Monday.", b"Odds")
    assert fault_reasons(message) == []
    assert outcomes(message) == ["not_an_article"]
