from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest

from tests.reading import parse, read_documents
from transforms.article_dates import find_date
from transforms.records import RawDocument

UNCLEAR = "03/04/2021"


def csv_of(*dates: str) -> bytes:
    return b"id,date,text\n" + b"".join(f"{n},{date},The board voted.\n".encode() for n, date in enumerate(dates))


def lines_of(*dates: str) -> bytes:
    return b"".join(
        json.dumps({"id": n, "date": date, "text": "It voted."}).encode() + b"\n" for n, date in enumerate(dates)
    )


def xml_of(*dates: str) -> bytes:
    items = "".join(f"<story><pubDate>{date}</pubDate><body>It voted.</body></story>" for date in dates)
    return f'<?xml version="1.0"?><stories>{items}</stories>'.encode()


def date_of(fields: dict[str, str], body: str = "The board voted.", uri: str = "a.csv") -> tuple[str | None, bool]:
    raw = RawDocument(uri, 0, "", "text/csv", "utf-8", body, fields)
    found = find_date({}, raw, [body])
    return found.date, found.is_ambiguous


@pytest.mark.parametrize("write", [csv_of, lines_of, xml_of])
@pytest.mark.parametrize(
    ("others", "day"),
    [
        (["13/04/2021", "01/02/2021"], "2021-04-03"),
        (["04/13/2021", "02/01/2021"], "2021-03-04"),
        (["13/04/2021", "04/13/2021"], None),  # a source that has both tells nothing
        (["05/06/2021", "2021-07-11"], None),
    ],
)
def test_a_date_is_read_as_the_others_of_its_source_are(write, others: list[str], day: str | None) -> None:  # type: ignore[no-untyped-def]
    for dates, place in (([UNCLEAR, *others], 0), ([*others, UNCLEAR], len(others))):
        found = read_documents(write(*dates), "a.xml" if write is xml_of else "a.csv")[place]
        assert date_of(dict(found.fields)) == (day, day is None)


def test_other_sources_of_an_archive_tell_nothing() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", csv_of(UNCLEAR, UNCLEAR))
        archive.writestr("b.csv", csv_of(UNCLEAR, "13/04/2021"))
    first, _, third, _ = read_documents(packed.getvalue(), "a.zip")
    assert (date_of(dict(first.fields))[0], date_of(dict(third.fields))[0]) == (None, "2021-04-03")


def test_a_fault_behind_an_unclear_date_stays_behind_it() -> None:
    found = parse(csv_of(UNCLEAR, "13/04/2021") + b"3\n4,11/12/2021,It stays.\n", "a.csv")
    assert [type(item).__name__ for _, item in found] == ["Document", "Document", "Fault", "Document"]


@pytest.mark.parametrize(
    ("fields", "body", "day"),
    [
        ({"url": "https://a.example/2021/04/03/crane"}, "It voted.", "2021-04-03"),
        ({"crawled_at": "2021-03-20T10:00:00Z"}, "It voted.", "2021-03-04"),
        ({"crawled_at": "2021-05-20T10:00:00Z"}, "It voted.", "2021-05-20"),
        ({}, "PORT CALDER, April 2 (AP) - The board voted on Friday to keep its old crane.", "2021-04-03"),
        ({}, "PORT CALDER, March 4 (AP) - The board voted on Friday to keep its old crane.", "2021-03-04"),
        ({}, "PORT CALDER, June 4 (AP) - The board voted on Friday to keep its old crane.", None),
    ],
)
def test_an_article_tells_its_own_unclear_date(fields: dict[str, str], body: str, day: str | None) -> None:
    assert date_of({"published_date": UNCLEAR, **fields}, body)[0] == day
