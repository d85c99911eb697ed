from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from flows.formats.base import Record
from flows.formats.export_lines import find_date, language_code, section_name
from flows.formats.nexis_article import read_article
from tests.reading import format_name, outcomes, read_documents, read_items

OLD_TEXT = """


Download Request: Selected Items: 1-2
Time Of Request: Monday, July 12, 2021  09:00:00
Terms: crane

                               1 of 2 DOCUMENTS


                                The Calder Post

                            July 11, 2021 Sunday
                              Final Edition

Crane saved after
long debate

BYLINE: By Ada Osei

SECTION: NEWS; Pg. 3

LENGTH: 20 words

DATELINE: PORT CALDER

HIGHLIGHT: The crane stays.

The board voted on Monday.

BRUSSELS: another word with a colon stays.

NOTE: a paragraph that a key begins stays, too.

“It stays,” said Ada Voss.

ORGANIZATION: HARBOUR BOARD (90%)

LOAD-DATE: July 12, 2021

LANGUAGE: ENGLISH

PUBLICATION-TYPE: Newspaper


                       Copyright 2021 The Calder Post
                              All Rights Reserved

                               2 of 2 DOCUMENTS


                                Der Calder Bote

                            12. Juli 2021 Montag

Kran gerettet

AUTOR: Von Ben Ito

RUBRIK: LOKALES; S. 4

LÄNGE: 10 Wörter

Der Kran bleibt.

SPRACHE: GERMAN; DEUTSCH
"""

NEW_LINES = [
    "Crane saved",
    "The Calder Post (Wales)",
    "July 11, 2021 Sunday 9:33 AM GMT",
    "",
    "Copyright 2021 The Calder Post All Rights Reserved",
    "Section:\u00a0NEWS; Version:17",
    "Length:\u00a020 words",
    "Byline:\u00a0Ada Osei",
    "Body",
    "",
    "The board voted on Monday.",
    "“It stays,” said Ada Voss.",
    "Classification",
    "Language:\u00a0ENGLISH",
    "Subject: CRANES (90%)",
    "Load-Date:\u00a0July 12, 2021",
    "End of Document",
]
NEW_FIELDS = {
    "title": "Crane saved",
    "publisher": "The Calder Post",
    "published_date": "2021-07-11",
    "section": "NEWS",
    "byline": "Ada Osei",
    "language": "en",
}
COVER = [
    "Date and Time: Monday, July 12, 2021 9:00:00 AM",
    "Documents (2)",
    "1. Crane saved",
    "Client/Matter: -None-",
    "",
]


def old_html(number: int, title: str) -> str:
    def block(text: str) -> str:
        return f'<br><div class="c5"><p class="c6">{text}</p></div>'

    def keyed(key: str, value: str) -> str:
        return block(f'<span class="c8">{key}: </span><span class="c2">{value}</span>')

    blocks = [
        block(f"{number} of 2 DOCUMENTS"),
        block("Le Phare"),
        block("<span>12</span><span> juillet 2021 lundi</span>"),
        block(title),
        keyed("AUTEUR", "Ada Osei"),
        keyed("RUBRIQUE", "INTERNATIONAL; Pg. 35"),
        keyed("LONGUEUR", "143 mots"),
        '<br><div class="c5"><p class="c9">La grue reste.</p><p class="c9">Le port\nest content.</p></div>',
        keyed("SUJET", "PORTS (90%)"),
        keyed("LANGUE", "FRENCH; FRANÇAIS"),
        block("Copyright 2021 Le Phare<br>Tous Droits Réservés"),
    ]
    return f'<a name="DOC_ID_0_{number}"></a><!-- <DOC NUMBER={number}> -->{"".join(blocks)}<!-- </DOC> -->'


def docx(paragraphs: list[str]) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>')
    return packed.getvalue()


def test_a_text_export_gives_one_article_a_document() -> None:
    first, second = read_documents(OLD_TEXT.encode(), "export.TXT")
    paragraphs = first.text.split("\n\n")
    assert paragraphs == [
        "The crane stays.",
        "The board voted on Monday.",
        "BRUSSELS: another word with a colon stays.",
        "NOTE: a paragraph that a key begins stays, too.",
        "“It stays,” said Ada Voss.",
    ]
    assert first.fields == {
        "title": "Crane saved after long debate",
        "publisher": "The Calder Post",
        "published_date": "2021-07-11",
        "section": "NEWS",
        "byline": "Ada Osei",
        "dateline_place": "PORT CALDER",
        "language": "en",
    }
    assert second.text == "Der Kran bleibt."
    assert second.fields == {
        "title": "Kran gerettet",
        "publisher": "Der Calder Bote",
        "published_date": "2021-07-12",
        "section": "LOKALES",
        "byline": "Ben Ito",
        "language": "de",
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_text_export_in_any_encoding(encoding: str) -> None:
    assert [found.fields["title"] for found in read_documents(OLD_TEXT.encode(encoding), "a.txt")] == [
        "Crane saved after long debate",
        "Kran gerettet",
    ]


def test_an_html_export_gives_one_article_a_document_whatever_its_language() -> None:
    head = "<html><head><title>&nbsp;</title></head><body>Terms: grue"
    for encoding in ("utf-8", "iso-8859-1"):
        declared = f'<meta http-equiv="content-type" content="text/html; charset={encoding}">'
        articles = old_html(1, "La grue") + old_html(2, "Le quai")
        data = f"{head.replace('<title>', declared + '<title>')}{articles}</body></html>"
        first, second = read_documents(data.encode(encoding), "export.html")
        assert first.text == "La grue reste.\n\nLe port est content."
        assert first.fields == {
            "title": "La grue",
            "publisher": "Le Phare",
            "published_date": "2021-07-12",
            "section": "INTERNATIONAL",
            "byline": "Ada Osei",
            "language": "fr",
        }
        assert second.fields["title"] == "Le quai"


def test_a_notice_in_the_place_of_an_article_is_none() -> None:
    sorry = '<a name="DOC_ID_0_2"></a><!-- <DOC NUMBER=2> --><p>We are sorry but there is an error in this document</p>'
    assert outcomes((old_html(1, "La grue") + sorry).encode())[1] == "not_an_article"


def test_a_word_export_gives_one_article_a_document_without_its_cover() -> None:
    first, second = read_documents(docx([*COVER, "", *NEW_LINES, "", *NEW_LINES]), "export.docx")
    assert first == second
    assert first.text == "The board voted on Monday.\n\n“It stays,” said Ada Voss."
    assert first.fields == NEW_FIELDS


def test_a_new_export_as_text() -> None:
    first, second = read_documents("\n".join([*NEW_LINES, "", *NEW_LINES]).encode(), "export.txt")
    assert first == second
    assert first.fields == NEW_FIELDS


def test_prose_about_documents_is_no_export() -> None:
    assert format_name(b"He signed 1 of 3 documents.\n\nEnd of Document", "a.txt") == "text"


def test_an_article_without_a_headline_has_none() -> None:
    found = read_article(["The Calder Post", "July 11, 2021 Sunday", "LENGTH: 3 words", "The board voted."])
    assert (found.paragraphs, found.fields.get("title")) == (["The board voted."], None)


def test_the_cover_of_a_new_export_as_text_is_no_part_of_its_first_article() -> None:
    cover = [*COVER, "Narrowed by", "News", "Timeline: Jul 01, 2021 to Jul 13, 2021", ""]
    first, second = read_documents("\n".join([*cover, *NEW_LINES, "", *NEW_LINES]).encode(), "export.txt")
    assert first == second


@pytest.mark.parametrize(
    ("stated", "publisher"),
    [
        ("The Guardian(London)", "The Guardian"),
        ("The Calder Post (New Quay)", "The Calder Post"),
        ("BBC Monitoring Europe\nSupplied by BBC Worldwide Monitoring", "BBC Monitoring Europe"),
        ("Calder 24 (2)", "Calder 24 (2)"),
    ],
)
def test_a_publication_goes_without_the_place_behind_it(stated: str, publisher: str) -> None:
    old = read_article([stated, "July 11, 2021 Sunday", "Crane saved", "LENGTH: 3 words", "The board voted."])
    assert old.fields["publisher"] == publisher
    new = read_article(["Crane saved", stated, "July 11, 2021 Sunday", "Body", "The board voted.", "End of Document"])
    assert new.fields["publisher"] == publisher


def test_a_picture_below_the_body_and_keys_of_a_service_above_it_are_left_out() -> None:
    caption = ["Graphic", "", "The crane on Friday. Photograph: Ada Osei"]
    at = NEW_LINES.index("Classification")
    found = read_article([*NEW_LINES[:at], "URL: https://calder.example/9", *caption, *NEW_LINES[at:]])
    assert found.paragraphs == ["The board voted on Monday.", "“It stays,” said Ada Voss."]
    show = ["CNN", "July 11, 2021 Sunday", "Transcript # 1", "HEADLINE: Crane Saved", "GUESTS: Ada Voss"]
    body = ["HIGHLIGHT: It stays.", "BODY:", "ADA OSEI, ANCHOR: Good morning.", "LOAD-DATE: July 12, 2021"]
    found = read_article([*show, *body])
    assert found.paragraphs == ["It stays.", "ADA OSEI, ANCHOR: Good morning."]


@pytest.mark.parametrize(
    ("section", "load"),
    [
        ("SEÇÃO: ECONOMIA; Pág. 17", "DATA-DE-CARGA: 13 de julho de 2021"),
        ("SEZIONE: ECONOMIA; Pag. 17", "DATA-DI-CARICAMENTO: 13 luglio 2021"),
        ("RUBRIK: ECONOMIA; Ausg. Bayern", "UPDATE: 13. Juli 2021"),
        ("SECTIE: ECONOMIA; Blz. 17", "LAADDATUM: 13 juli 2021"),
    ],
)
def test_pages_and_days_of_loading_in_other_languages(section: str, load: str) -> None:
    found = read_article(["Bote", "12. Juli 2021", "Kran", section, "Er bleibt.", load, "LANGUAGE: GERMAN"])
    assert (found.fields["section"], found.paragraphs) == ("ECONOMIA", ["Er bleibt."])


def factiva(rows: dict[str, str]) -> str:
    cells = "".join(
        f"<tr><td class='index'><b>{code}</b>&nbsp;</td><td>{value}</td></tr>" for code, value in rows.items()
    )
    return f'<div class="article frArticle"><table>{cells}</table></div>'


FACTIVA_HEAD = '<html><head><meta charset="utf-8"><title>Factiva</title></head><body>'


def test_factiva_html_with_codes() -> None:
    rows = {
        "SE": "Ports",
        "HD": "<b class='frHeadline'>La grue sauvée\n</b>",
        "BY": "Ada Osei",
        "WC": "20 mots",
        "PD": "1er juillet 2021",
        "SN": "Le Phare",
        "LA": "Français",
        "CY": "(c) 2021 Le Phare.",
        "LP": "<p>La grue reste.</p><p>Bien.</p>",
        "TD": "<p>Le port est content.</p>",
        "AN": "Document PHARE00020210701eh7100001",
    }
    data = f"{FACTIVA_HEAD}{factiva(rows)}{factiva(rows | {'AN': 'Document PHARE00020210701eh7100002'})}</body></html>"
    found = read_documents(data.encode(), "a.html")
    assert found[0].text == "La grue reste.\n\nBien.\n\nLe port est content."
    assert found[0].fields == {
        "title": "La grue sauvée",
        "byline": "Ada Osei",
        "published_date": "2021-07-01",
        "publisher": "Le Phare",
        "section": "Ports",
        "language": "fr",
    }
    ids = [item.own_id for item in read_items(data.encode()) if isinstance(item, Record)]
    assert ids == ["PHARE00020210701eh7100001", "PHARE00020210701eh7100002"]


def test_an_article_of_factiva_in_a_frame_of_its_own_is_one() -> None:
    article = factiva({"HD": "Crane", "SN": "Post", "PD": "1 July 2021", "LP": "<p>It stays.</p>"})
    framed = f'<div id="article-1" class="article">{article}</div>' * 2
    assert [found.text for found in read_documents(f"{FACTIVA_HEAD}{framed}".encode(), "a.html")] == ["It stays."] * 2


FACTIVA_IN_ORDER = """Ports
Crane saved

By Ada Osei
20 words
11 July 2021
09:30
The Calder Post
CALPOS
English
(c) 2021 The Calder Post

The board voted.

It stays.

Document CALPOS0020210711eh7b00001
"""
FACTIVA_CODED = """HD  Crane saved
BY  By Ada Osei
WC  20 words
PD  11 July 2021
SN  The Calder Post
LA  English
CY  (c) 2021 The Calder Post

LP

The board voted.

TD

It stays.

NS  c42 : Labor
AN  Document CALPOS0020210711eh7b00001
"""


def rtf(text: str) -> str:
    signs = text.replace("\\", "\\\\").replace("\n", "\\par\n")
    body = "".join(sign if sign.isascii() else f"\\u{ord(sign)}?" for sign in signs)
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0\\fswiss Arial;}}}}{body}}}"


@pytest.mark.parametrize("article", [FACTIVA_IN_ORDER, FACTIVA_CODED])
@pytest.mark.parametrize("name", ["a.txt", "a.rtf"])
def test_factiva_as_text_and_as_rtf(article: str, name: str) -> None:
    export = f"{article}\n{article.replace('00001', '00002')}\nSearch Summary\nText crane\n"
    data = (rtf(export) if name == "a.rtf" else export).encode()
    first, second = read_documents(data, name)
    assert first == second
    assert first.text == "The board voted.\n\nIt stays."
    assert first.fields == {
        "title": "Crane saved",
        "byline": "Ada Osei",
        "published_date": "2021-07-11",
        "publisher": "The Calder Post",
        "language": "en",
    }
    ids = [item.own_id for item in read_items(data, name) if isinstance(item, Record)]
    assert ids == ["CALPOS0020210711eh7b00001", "CALPOS0020210711eh7b00002"]


def test_nexis_as_rtf_gives_one_article_a_document() -> None:
    assert read_documents(rtf(OLD_TEXT).encode(), "a.rtf") == read_documents(OLD_TEXT.encode(), "a.txt")
    assert len(read_documents(rtf("\n".join([*NEW_LINES, "", *NEW_LINES])).encode(), "a.rtf")) == 2


def test_prose_that_mentions_a_document_is_no_export_of_factiva() -> None:
    assert format_name(b"Document CALPOS0020210711eh7b00001 is lost.\n\n20 words\n", "a.txt") == "text"


def test_factiva_html_without_codes() -> None:
    article = """<div class="article enArticle"><div id="hd"><span class="enHeadline">Crane saved</span></div>
<div class="author">By Ada Osei</div><div>20 words</div><div>11 July 2021</div><div>09:30</div>
<div>The Calder Post</div>
<div>CALPOS</div><div>English</div><div>(c) 2021 The Calder Post</div><p>The board voted.</p><p>It stays.</p>
<p>Document CALPOS0020210711eh7b00001</p></div>"""
    (found,) = read_documents(f"{FACTIVA_HEAD}{article}</body></html>".encode(), "a.html")
    assert found.text == "The board voted.\n\nIt stays."
    assert found.fields == {
        "title": "Crane saved",
        "byline": "Ada Osei",
        "published_date": "2021-07-11",
        "publisher": "The Calder Post",
        "language": "en",
    }


def test_factiva_xml() -> None:
    article = """<ppsarticle><article><accessionNo>CALPOS1</accessionNo><baseLanguage>EN</baseLanguage>
<headline><paragraph><hlt>Crane</hlt> saved</paragraph></headline><byline>Ada Osei</byline>
<leadParagraph><paragraph>The board voted.</paragraph></leadParagraph>
<publicationDate><dateTime>2021-07-11T09:00:00Z</dateTime></publicationDate><sourceName>The Calder Post</sourceName>
<tailParagraphs><paragraph>It stays.</paragraph></tailParagraphs></article></ppsarticle>"""
    response = f'<ppsArticleResponse xmlns="http://global.factiva.com/pps/2.0">{article * 2}</ppsArticleResponse>'
    data = f"<PPSResponse>{response}</PPSResponse>"
    first, second = read_documents(data.encode(), "a.xml")
    assert first == second
    assert (first.text, first.fields["title"]) == ("The board voted.\n\nIt stays.", "Crane saved")
    assert first.fields["language"] == "en"


EUROPRESSE_OLD = """<table><tr><td><span class="DocPublicationName">Le Phare, no. 12</span><br>
<span class="DocHeader">Politique, </span><span class="DocHeader">lundi </span>
<span class="DocHeader">12 juillet 2021</span>
<span class="DocHeader">, p. 03</span><br><br><span class="TitreArticleVisu">La grue</span><br><br>Ada Osei<br><p></p>
La grue reste.<p></p>Bien.<p></p><b><i>© 2021 Le Phare. Tous droits réservés.</i></b><p></p>
Numéro de document : news·20210712·PH·1<br>
<table><tr><td>Ce certificat est émis à X</td></tr></table></td></tr></table>"""
EUROPRESSE_NEW = """<article><header><div><span class="DocPublicationName">Le Phare</span></div>
<div><span class="DocHeader">Politique, lundi 12 juillet 2021, p. 3</span></div><div><p>PORT</p></div>
<div class="titreArticle"><p class="titreArticleVisu">La grue</p></div><div>Ada Osei</div></header>
<section><div class="DocText"><p>La grue reste.</p><p>Bien.</p></div></section>
<aside><p>Une photo.</p></aside><footer><small>© 2021 Le Phare. Tous droits réservés.</small>
<p>Numéro de document : news·20210712·PH·1</p></footer></article>"""


@pytest.mark.parametrize("article", [EUROPRESSE_OLD, EUROPRESSE_NEW])
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_europresse_of_both_layouts(article: str, encoding: str) -> None:
    data = f'<html><head><meta charset="{encoding}"></head><body>{article}{article}</body></html>'.encode(encoding)
    first, second = read_documents(data, "a.html")
    assert first == second
    assert first.text == "La grue reste.\n\nBien."
    assert first.fields == {
        "publisher": "Le Phare",
        "published_date": "2021-07-12",
        "section": "Politique",
        "title": "La grue",
        "byline": "Ada Osei",
    }
    (record, _) = read_items(data)
    assert isinstance(record, Record)
    assert record.own_id == "news·20210712·PH·1"


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("July 11, 2021 Sunday 9:33 AM GMT", "2021-07-11"),
        ("12 April 2013 Tuesday", "2013-04-12"),
        ("jeudi 1er mars 2012", "2012-03-01"),
        ("11. Januar 2010 Montag", "2010-01-11"),
        ("lunes 5 de octubre de 2020", "2020-10-05"),
        ("29 décembre 2011", "2011-12-29"),
        ("2021年7月11日", "2021-07-11"),
        ("03/04/2021", None),
        ("Final Edition", None),
    ],
)
def test_dates_in_several_languages(line: str, iso: str | None) -> None:
    assert find_date(line) == iso


def test_sections_and_languages_as_databases_name_them() -> None:
    assert section_name("Section B; Page 22, Column 2; National Desk") == "National Desk"
    assert section_name("Pg. B22") == ""
    assert [language_code(name) for name in ("ENGLISH; ENGLISHS", "Français", "EN", "Klingon")] == [
        "en",
        "fr",
        "en",
        "",
    ]
