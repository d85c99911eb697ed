"""Small files of every format, whole and sound, which ``benchmarks.fuzz`` then damages."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from typing import NamedTuple

import pyarrow as pa

WORDS = "The harbour board met on Monday and voted to keep the old crane at the quay. "
BODY = f"{WORDS * 3}\n\n“It stays where it is,” said Ada Voss, who leads the board.\n\nBen Ito disagreed."
PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in BODY.split("\n\n"))
RECORD = {"id": 7, "title": "Crane saved", "text": BODY, "date": "2021-07-11", "author": "Ada Osei", "tags": [1, {}]}


class Sample(NamedTuple):
    """A file of one format, and pieces that mean something to whoever reads it."""

    format: str
    name: str
    data: bytes
    tokens: tuple[str, ...]


TEXT_TOKENS = (
    "\n\n",
    "Title: ",
    "date 2021-07-11 ",
    "---\n",
    "By Ada Osei\n",
    "“",
    "’",
    "PARIS, July 11 (Wire) — ",
    "...",
)
MARKDOWN_TOKENS = ("[", "](", "![", "**", "`", "> ", "- ", "<div>", "|", "[a]: b\n", "&amp;", "---\ntitle: [a\n---\n")
MARKUP_TOKENS = (
    "<",
    "</",
    ">",
    "<p>",
    "<q ",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#0;",
    "&#x110000;",
    "<?xml ?>",
)
PAGE_TOKENS = (
    *MARKUP_TOKENS,
    "<div>",
    "<table><tr><td>",
    "<script>",
    "<meta charset=x>",
    "<html lang=en>",
    "<br>",
    "<a>",
)
XML_TOKENS = (
    *MARKUP_TOKENS,
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    "&b;",
    ' xmlns="x"',
    "<a:b>",
    ' encoding="utf-16"?>',
    "<a/>",
)
JSON_TOKENS = ("{", "}", "[", "]", '"', ":", ",", "\\u", "\\ud83d", "1e999", "NaN", "null", '{"text":', "\n", '"a":')
TABLE_TOKENS = (",", ";", "\t", '"', '""', "\r\n", "text,title\n", "\\", '"\n"')
MAIL_TOKENS = (
    "From ",
    "\n\n",
    "Content-Type: multipart/mixed; boundary=b\n",
    "--b\n",
    "--b--\n",
    "=?utf-8?q?=41?=",
    "\n a",
)
RTF_TOKENS = ("{", "}", "\\par ", "\\'e9", "\\u8211?", "{\\*\\x ", "{\\fonttbl{\\f0", "{\\pict ", "\\cell ")
EXPORT_TOKENS = (
    *PAGE_TOKENS,
    "1 of 2 DOCUMENTS",
    "LENGTH: 20 words",
    "End of Document",
    "Body\n",
    "July 11, 2021",
    "(c) 2021",
)
WIRE_TOKENS = ("\x16\x16\x01", "\x02", "\x03", "\x04", "ZCZC ", "NNNN", "^", "<\r\n", "   ", "07-11-21")
BINARY_TOKENS = (
    "\0\0\0\0",
    "\x7f\x7f\x7f\x7f",
    "PK\x05\x06",
    "PAR1",
    "ARROW1",
    "%%EOF",
    "obj",
    "stream\n",
    "endstream",
    "<<",
)
WARC_TOKENS = (
    "WARC/1.0\r\n",
    "Content-Length: 99999999999\r\n",
    "\r\n\r\n",
    "HTTP/1.1 200 OK\r\n",
    "Content-Encoding: gzip\r\n",
)


def samples() -> list[Sample]:
    """One or more of every format."""
    return [*_texts(), *_records(), *_xml(), *_exports(), *_mail(), *_office(), *_tables(), *_containers()]


def _texts() -> list[Sample]:
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Crane saved</title>'
        '<meta name="author" content="Ada Osei"><script type="application/ld+json">{"@type": "NewsArticle", '
        f'"datePublished": "2021-07-11"}}</script></head><body><article>{PARAGRAPHS}</article></body></html>'
    )
    header = "Title: Crane saved\nAuthor: Ada Osei\nDate: 11 July 2021\n\n"
    matter = "---\ntitle: Crane saved\ntags: [a, b]\nauthor:\n  - Ada Osei\n---\n"
    return [
        Sample("text", "a.txt", (header + BODY).encode(), TEXT_TOKENS),
        Sample("text", "b.txt", f"Crane saved\n\nPORT CALDER, July 11 (Wire) — {BODY}".encode("cp1252"), TEXT_TOKENS),
        Sample("text", "c.txt", BODY.encode("utf-16"), TEXT_TOKENS),
        Sample(
            "markdown", "a.md", f"{matter}# Crane *saved*\n\n{BODY}\n\n- one\n- [two](x)\n".encode(), MARKDOWN_TOKENS
        ),
        Sample("html", "a.html", page.encode(), PAGE_TOKENS),
        Sample("wire_text", "a.anpa", _anpa(), WIRE_TOKENS),
        Sample("wire_text", "b.txt", f"ZCZC CW\r\n$Crane saved\r\n{BODY}\r\nNNNN\r\n".encode(), WIRE_TOKENS),
    ]


def _anpa() -> bytes:
    return (
        b"\x16\x16\x01a0124\x1fr i \x13\x11 bc-crane 07-11 0012\r\n\x02^Crane saved<\r\n^By ADA OSEI=\r\n"
        b"    PORT CALDER (CW) _ The board voted<\r\non Monday.<\r\n    It stays.<\r\n\x03CW-07-11-21 0900EDT<\r\n\x04"
    )


def _records() -> list[Sample]:
    lines = "\n".join(json.dumps(RECORD | {"id": number}) for number in range(3))
    item = {"uri": "urn:1", "type": "text", "versioncreated": "2021-07-12T10:00:00Z", "headline": "Crane saved"}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Post",
        "items": [{"id": "1", "content_html": PARAGRAPHS}],
    }
    return [
        Sample("json_lines", "a.jsonl", lines.encode(), JSON_TOKENS),
        Sample("json_lines", "b.jsonl", lines.encode("utf-16"), JSON_TOKENS),
        Sample("json", "a.json", json.dumps([RECORD, RECORD], indent=1).encode(), JSON_TOKENS),
        Sample("json", "b.json", json.dumps({"status": "ok", "articles": [RECORD]}).encode(), JSON_TOKENS),
        Sample("json_feed", "c.json", json.dumps(feed).encode(), JSON_TOKENS),
        Sample("ninjs", "d.json", json.dumps(item | {"body_xhtml": PARAGRAPHS}, indent=1).encode(), JSON_TOKENS),
    ]


def _xml() -> list[Sample]:
    rss = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Post</title>'
        "<item><title>Crane</title><guid>1</guid><author>a@b.example (Ada Osei)</author>"
        f"<content:encoded><![CDATA[{PARAGRAPHS}]]></content:encoded></item></channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title><entry><title>Crane</title><id>1</id>'
        f'<content type="xhtml"><div>{PARAGRAPHS}</div></content></entry></feed>'
    )
    g2 = (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1" xml:lang="en"><itemMeta>'
        '<itemClass qcode="ninat:text"/></itemMeta><contentMeta><headline>Crane</headline></contentMeta><contentSet>'
        f"<inlineXML><html><body>{PARAGRAPHS}</body></html></inlineXML></contentSet></newsItem>"
    )
    newsml = (
        '<NewsML Version="1.2"><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:1</PublicIdentifier>'
        "</NewsIdentifier></Identification><NewsComponent><NewsLines><HeadLine>Crane</HeadLine></NewsLines>"
        f"<ContentItem><DataContent>{PARAGRAPHS}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"
    )
    nitf = (
        '<nitf><head><title>Crane</title><docdata><doc-id id-string="1"/><date.issue norm="20210711"/></docdata></head>'
        f"<body><body.head><hedline><hl1>Crane</hl1></hedline></body.head><body.content>{PARAGRAPHS}</body.content></body></nitf>"
    )
    plain = (
        f'<?xml version="1.0"?><export><doc id="1"><headline>Crane</headline><body>{PARAGRAPHS}</body></doc></export>'
    )
    named = {"feed": (rss, atom), "newsml_g2": (g2,), "newsml_1": (newsml,), "nitf": (nitf,), "xml": (plain,)}
    return [Sample(name, "a.xml", text.encode(), XML_TOKENS) for name, texts in named.items() for text in texts]


NEXIS_TEXT = f"""
                               1 of 1 DOCUMENTS


                                The Calder Post

                            July 11, 2021 Sunday

Crane saved

BYLINE: By Ada Osei

SECTION: NEWS; Pg. 3

LENGTH: 20 words

{BODY}

LANGUAGE: ENGLISH

                       Copyright 2021 The Calder Post
"""
NEXIS_LINES = [
    *("Crane saved", "The Calder Post", "July 11, 2021 Sunday", "Copyright 2021 The Calder Post All Rights Reserved"),
    *("Section:\u00a0NEWS", "Length:\u00a020 words", "Body", *BODY.split("\n\n"), "End of Document"),
]


FACTIVA_TEXT = f"""Crane saved
By Ada Osei
9 words
11 July 2021
The Calder Post
English
(c) 2021 The Calder Post

{BODY}

Document CALPOS0020210711eh7b00001
"""


def _rtf(text: str) -> bytes:
    body = "".join(sign if sign.isascii() else f"\\u{ord(sign)}?" for sign in text.replace("\n", "\\par\n"))
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0\\fswiss Arial;}}}}{body}}}".encode()


def _exports() -> list[Sample]:
    blocks = "".join(
        f'<br><div class="c5"><p class="c6">{text}</p></div>'
        for text in ("1 of 1 DOCUMENTS", "Le Phare", "12 juillet 2021 lundi", "La grue", "LENGTH: 9 words", BODY)
    )
    nexis = f'<a name="DOC_ID_0_1"></a><!-- <DOC NUMBER=1> -->{blocks}<!-- </DOC> -->'
    rows = {
        "HD": "Crane",
        "WC": "9 words",
        "PD": "11 July 2021",
        "SN": "Post",
        "LP": PARAGRAPHS,
        "AN": "Document POST01",
    }
    cells = "".join(
        f"<tr><td class='index'><b>{key}</b>&nbsp;</td><td>{value}</td></tr>" for key, value in rows.items()
    )
    factiva = (
        '<html><head><meta charset="utf-8"><title>Factiva</title></head><body>'
        f'<div class="article enArticle"><table>{cells}</table></div></body></html>'
    )
    factiva_xml = (
        '<PPSResponse><ppsArticleResponse xmlns="http://global.factiva.com/pps/2.0"><ppsarticle><article>'
        "<accessionNo>POST01</accessionNo><headline><paragraph>Crane</paragraph></headline><leadParagraph>"
        f"<paragraph>{WORDS}</paragraph></leadParagraph></article></ppsarticle></ppsArticleResponse></PPSResponse>"
    )
    europresse = (
        '<html><head><meta charset="utf-8"></head><body><article><header><div><span class="DocPublicationName">'
        'Le Phare</span></div><div><span class="DocHeader">lundi 12 juillet 2021, p. 3</span></div>'
        '<div class="titreArticle">'
        f'<p class="titreArticleVisu">La grue</p></div></header><section><div class="DocText">{PARAGRAPHS}</div>'
        "</section><footer><p>Numéro de document : news·20210712·PH·1</p></footer></article></body></html>"
    )
    return [
        Sample("nexis_text", "a.txt", NEXIS_TEXT.encode(), EXPORT_TOKENS),
        Sample("nexis_html", "a.html", f"<html><body>{nexis}</body></html>".encode(), EXPORT_TOKENS),
        Sample("nexis_docx", "a.docx", _docx(NEXIS_LINES), EXPORT_TOKENS),
        Sample("factiva_html", "b.html", factiva.encode(), EXPORT_TOKENS),
        Sample("factiva_xml", "b.xml", factiva_xml.encode(), XML_TOKENS),
        Sample("factiva_text", "b.txt", FACTIVA_TEXT.encode(), EXPORT_TOKENS),
        Sample("rtf", "b.rtf", _rtf(FACTIVA_TEXT), RTF_TOKENS),
        Sample("europresse", "c.html", europresse.encode(), EXPORT_TOKENS),
    ]


def _mail() -> list[Sample]:
    head = "From: Ada Osei <ada@calder.example>\nSubject: =?utf-8?q?Crane_saved?=\nMIME-Version: 1.0\n"
    date = "Date: Mon, 12 Jul 2021 08:30:00 +0000\n"
    page = f"<html><body><article>{PARAGRAPHS}</article></body></html>"
    parts = (
        f'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{BODY}\n'
        f"--b\nContent-Type: text/html; charset=utf-8\n\n{page}\n--b--\n"
    )
    saved = (
        'From: <Saved by Blink>\nSubject: Crane\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; '
        f'boundary="b"\n\n--b\nContent-Type: text/html\nContent-Location: https://calder.example/1\n\n{page}\n--b--\n'
    )
    mailbox = "".join(f"From a@b.example Mon Jul 12 08:30:00 2021\n{head}{date}\n{BODY}\n\n" for _ in range(2))
    return [
        Sample("email", "a.eml", (head + date + parts).encode(), MAIL_TOKENS),
        Sample("mbox", "a.mbox", mailbox.encode(), MAIL_TOKENS),
        Sample("mhtml", "a.mhtml", saved.encode(), (*MAIL_TOKENS, *PAGE_TOKENS)),
    ]


def _zip(members: dict[str, bytes | str], mimetype: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _docx(lines: list[str]) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    return _zip({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def _office() -> list[Sample]:
    text = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in BODY.split("\n\n"))
    content = (
        '<office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text>'
        f"<text:h>Crane</text:h>{text}</office:text></office:body></office:document-content>"
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    book: dict[str, bytes | str] = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
        "b.opf": package,
        "a.xhtml": f"<html><body><h1>Crane</h1>{PARAGRAPHS}</body></html>",
    }
    return [
        Sample("docx", "a.docx", _docx(["Crane saved", *BODY.split("\n\n")]), XML_TOKENS),
        Sample("odt", "a.odt", _zip({"content.xml": content}, "application/vnd.oasis.opendocument.text"), XML_TOKENS),
        Sample("epub", "a.epub", _zip(book, "application/epub+zip"), XML_TOKENS),
        Sample("pdf", "a.pdf", _pdf(), BINARY_TOKENS),
    ]


def _pdf() -> bytes:
    lines = [WORDS[start : start + 38] for start in range(0, len(WORDS), 38)] * 4
    stream = "".join(f"BT /F1 10 Tf 50 {700 - 12 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[5 0 R]/Count 1>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Length {len(stream)}>>stream\n{stream}endstream",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>/Contents 4 0 R>>",
    ]
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return f"{body}{start}startxref\n{len(body)}\n%%EOF".encode("latin-1")


def _tables() -> list[Sample]:
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    rows = [{"id": 7, "title": "Crane saved", "text": BODY}, {"id": 8, "title": "Ferry late", "text": WORDS}]
    table = pa.Table.from_pylist(rows)
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    feather.write_feather(table, arrow)
    csv = "id,title,text\r\n" + "".join(f'{row["id"]},{row["title"]},"{row["text"]}"\r\n' for row in rows)
    sheet = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"
        for cells in (rows[0], *(row.values() for row in rows))
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    workbook: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/a.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="a" Type="{links}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="A" sheetId="1" r:id="a"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="a" '
        f'Type="{links}/worksheet" Target="a.xml"/></Relationships>',
        "xl/a.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    return [
        Sample("csv", "a.csv", csv.encode(), TABLE_TOKENS),
        Sample("csv", "b.tsv", csv.replace(",", "\t").encode("cp1252"), TABLE_TOKENS),
        Sample("excel", "a.xlsx", _zip(workbook), XML_TOKENS),
        Sample("parquet", "a.parquet", parquet.getvalue(), BINARY_TOKENS),
        Sample("arrow", "a.feather", arrow.getvalue(), BINARY_TOKENS),
    ]


def _containers() -> list[Sample]:
    lines = "\n".join(json.dumps(RECORD | {"id": number}) for number in range(3)).encode()
    members: dict[str, bytes | str] = {
        "a/b.txt": BODY,
        "c.jsonl": lines,
        "d.html": f"<html><body>{PARAGRAPHS}</body></html>",
    }
    return [
        Sample("gzip", "a.jsonl.gz", gzip.compress(lines), JSON_TOKENS),
        Sample("bzip2", "a.jsonl.bz2", bz2.compress(lines), JSON_TOKENS),
        Sample("xz", "a.jsonl.xz", lzma.compress(lines), JSON_TOKENS),
        Sample("zstandard", "a.jsonl.zst", pa.compress(lines, "zstd", asbytes=True), JSON_TOKENS),
        Sample("brotli", "a.jsonl.br", pa.compress(lines, "brotli", asbytes=True), JSON_TOKENS),
        Sample("zip", "a.zip", _zip(members), (*JSON_TOKENS, *PAGE_TOKENS)),
        Sample("tar", "a.tar", _tar(members), (*JSON_TOKENS, *PAGE_TOKENS)),
        Sample("7z", "a.7z", _seven_zip(members), BINARY_TOKENS),
        Sample("web_archive", "a.warc", _warc(), (*WARC_TOKENS, *PAGE_TOKENS)),
        Sample("web_archive", "a.arc", _arc(), WARC_TOKENS),
    ]


def _tar(members: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in members.items():
            data = text.encode() if isinstance(text, str) else text
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def _seven_zip(members: dict[str, bytes | str]) -> bytes:
    try:
        from py7zr import SevenZipFile
    except ImportError:  # the extra is not installed: there is a signature to recognise and no more
        return b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(64)
    packed = io.BytesIO()
    with SevenZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return packed.getvalue()


def _warc() -> bytes:
    page = f"<html><head><title>Crane</title></head><body>{PARAGRAPHS}</body></html>".encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: https://calder.example/1\r\n"
        f"WARC-Date: 2021-07-12T08:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n"
    ).encode()
    return (head + http + b"\r\n\r\n") * 2


def _arc() -> bytes:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + f"<html><body>{PARAGRAPHS}</body></html>".encode()
    about = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    entries = (("filedesc://a.arc", "text/plain", about), ("https://calder.example/1", "text/html", page))
    return b"".join(
        f"{url} 10.0.0.1 20080430204825 {kind} {len(block)}\n".encode() + block + b"\n" for url, kind, block in entries
    )
