from __future__ import annotations

from flows.formats.base import Record
from tests.reading import document, fault_reasons, format_name, read_documents, read_items

ARTICLE = """<doc id="a-1"><head><headline>Crane saved</headline><pubDate>2021-07-11</pubDate><by>Ada Osei</by></head>
<body><p>The board voted.</p><p>It stays.</p></body></doc>"""


def test_records_of_usual_names_are_found_wherever_they_lie() -> None:
    first, second = read_documents(f"<?xml version='1.0'?><export><list>{ARTICLE}{ARTICLE}</list></export>".encode())
    assert first == second
    assert first.text == "The board voted.\n\nIt stays."
    assert first.fields == {"title": "Crane saved", "published_date": "2021-07-11", "byline": "Ada Osei"}


def test_a_record_keeps_its_own_id_and_may_be_the_whole_file() -> None:
    (record,) = read_items(ARTICLE.encode(), "a.xml")
    assert isinstance(record, Record)
    assert record.own_id == "a-1"
    assert document(ARTICLE.encode(), "a.xml").fields["title"] == "Crane saved"


def test_xml_without_an_element_of_text_is_no_article_of_tags() -> None:
    assert fault_reasons(b"<?xml version='1.0'?><scores><team name='A'>1</team></scores>") == ["no_text"]


def test_markup_without_a_declaration_or_name_of_xml_is_left_to_others() -> None:
    assert format_name(b"<note>Buy milk.</note>", "a.txt") == "text"
    assert format_name(b"<?xml version='1.0'?><html><body>x</body></html>", "a.xml") == "html"


def test_one_of_several_elements_with_a_body_in_it_is_a_record_whatever_its_name() -> None:
    story = "<story><title>{0}</title><body>It {0}.</body></story>"
    stories = f'<?xml version="1.0"?><stories>{story.format("stays")}{story.format("goes")}</stories>'
    assert [found.text for found in read_documents(stories.encode(), "a.xml")] == ["It stays.", "It goes."]
