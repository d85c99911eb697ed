from __future__ import annotations

import mailbox
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from flows.formats.registry import parse_record
from tests.reading import read_documents, read_faults, read_items, read_records_of

TEXT = "The harbour reopened on Monday, the port said.\n\nShips had waited for two days."
PAGE = "<html><body><table><tr><td><p>The harbour reopened on Monday, the port said.</p></td></tr>"
PAGE += "<tr><td><p>Ships had waited for two days off the coast.</p></td></tr></table></body></html>"


def message(text: str | None = TEXT, page: str | None = None, charset: str = "utf-8") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "Häfen: harbour reopens"
    mail["From"] = "Port of Calder <press@port.example>"
    mail["To"] = "desk@post.example"
    mail["Date"] = "Mon, 12 Jul 2021 08:30:00 +0200"
    mail["Message-ID"] = "<m1@port.example>"
    if text is not None:
        mail.set_content(text, charset=charset)
    if page is not None and text is not None:
        mail.add_alternative(page, subtype="html", charset=charset)
    elif page is not None:
        mail.set_content(page, subtype="html", charset=charset)
    return mail


@pytest.mark.parametrize("name", ["a.eml", "saved"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_press_release(name: str, charset: str) -> None:
    (document,) = read_documents(message(TEXT + " Café.", charset=charset).as_bytes(policy=SMTP), name)
    assert document.text.split() == (TEXT + " Café.").split()
    assert document.fields == {
        "title": "Häfen: harbour reopens",
        "publisher": "Port of Calder",
        "published_date": "2021-07-12T08:30:00+02:00",
    }


def test_a_newsletter_in_html_with_a_stub_of_text() -> None:
    (document,) = read_documents(message("View in browser: https://port.example/n/1", PAGE).as_bytes(), "a.eml")
    assert document.media_type == "text/html"
    assert "reopened on Monday" in document.text
    assert "two days off the coast" in document.text


def test_html_alone_and_text_beside_html() -> None:
    assert "off the coast" in read_documents(message(None, PAGE).as_bytes(), "a.eml")[0].text
    (document,) = read_documents(message(TEXT, PAGE).as_bytes(), "a.eml")
    assert document.media_type == "text/plain"


def test_attachments_are_left_out() -> None:
    mail = message()
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    mail.add_attachment("Notes to the editor", filename="notes.txt")
    (document,) = read_documents(mail.as_bytes(), "a.eml")
    assert document.text.split() == TEXT.split()


def test_a_message_of_attachments_alone_has_no_text() -> None:
    mail = message(None)
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    (record,) = read_records_of(mail.as_bytes(), "a.eml")
    with pytest.raises(ValueError, match="no text"):
        parse_record(record)


def test_a_mailbox_is_a_record_a_message_with_its_place(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "a.mbox")
    for number in range(3):
        mail = message(f"{TEXT}\n\nFrom here on it is number {number}.\n\nFrom the desk.")
        mail.replace_header("Message-ID", f"<m{number}@port.example>")
        box.add(mail)
    box.close()
    data = (tmp_path / "a.mbox").read_bytes()
    for name in ("a.mbox", "Inbox"):
        records = read_records_of(data, name)
        assert [record.own_id for record in records] == [f"m{number}@port.example" for number in range(3)]
        for number, record in enumerate(records):
            assert record.byte_start is not None
            assert data[record.byte_start :].startswith(record.data)
            assert f"number {number}" in parse_record(record).text
        assert parse_record(records[0]).text.rstrip().endswith("From the desk.")


def test_one_message_too_large_is_a_fault_and_the_rest_is_read() -> None:
    parts = [message().as_bytes(), message("word " * 5_000_000).as_bytes(), message().as_bytes()]
    data = b"".join(b"From a@b.example Mon Jul 12 08:30:00 2021\n" + part + b"\n\n" for part in parts)
    assert [getattr(item, "reason", None) for item in read_items(data, "a.mbox")] == [None, "too_large", None]


def test_a_saved_page() -> None:
    page = "<html><head><title>Harbour</title></head><body><article><p>" + TEXT + "</p></article></body></html>"
    data = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://news.example/harbour\r\nSubject: Harbour\r\n"
        "Date: Mon, 12 Jul 2021 08:30:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
        '\ttype="text/html";\r\n\tboundary="--b"\r\n\r\n\r\n----b\r\nContent-Type: text/html\r\n'
        f"Content-Location: https://news.example/harbour\r\n\r\n{page}\r\n----b\r\nContent-Type: text/css\r\n\r\n"
        "p { color: red }\r\n----b--\r\n"
    ).encode()
    for name in ("a.mhtml", "saved"):
        (record,) = read_records_of(data, name)
        assert record.format == "mhtml"
        document = parse_record(record)
        assert "reopened on Monday" in document.text
        assert "color" not in document.text
        assert document.fields["title"] == "Harbour"
        assert document.fields["url"] == "https://news.example/harbour"


@pytest.mark.parametrize(
    "text",
    [
        "Title: Harbour\nDate: 2021-07-11\nAuthor: A\n\nThe harbour reopened.",
        "From here on: the story.\n\nDate: none",
        "From Seoul at 10:30 it looked grim.\nStill they came.",
    ],
)
def test_prose_and_headers_of_articles_are_no_mail(text: str) -> None:
    (record,) = read_records_of(text.encode(), "a.txt")
    assert record.format == "text"


def test_an_empty_message_is_a_fault() -> None:
    (fault,) = read_faults(b"", "a.eml")
    assert fault.reason in {"empty", "unknown_format"}
