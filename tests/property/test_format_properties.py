"""Whatever bytes a reader gets, it gives records and faults and raises nothing, in bounded time."""

from __future__ import annotations

import io
import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.formats.base import Fault, FormatError, Record
from flows.formats.registry import FORMATS, parse_record, read_records
from tests.unit.formats.test_exports import (
    EUROPRESSE_NEW,
    EUROPRESSE_OLD,
    FACTIVA_HEAD,
    NEW_LINES,
    OLD_TEXT,
    docx,
    factiva,
    old_html,
)
from tests.unit.formats.test_feeds import ATOM, RDF, RSS
from tests.unit.formats.test_office import column, packed, pdf
from tests.unit.formats.test_wire import ANPA, IPTC_7901, NINJS_1, NINJS_3, NITF, NITF_CONTENT, XHTML, news_item
from tests.unit.formats.test_xml_records import ARTICLE
from transforms.tables import QUALITY_FLAGS, REASONS

MAX_SECONDS = 10
N_DAMAGES = 40  # of each sample, by chance but the same on every run

SAMPLES = {
    "rss": RSS,
    "atom": ATOM,
    "rdf": RDF,
    "json_feed": json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"content_text": "x"}]}).encode(),
    "newsml_g2": news_item("urn:1", XHTML).encode(),
    "nitf": NITF.format(content=NITF_CONTENT).encode(),
    "ninjs": json.dumps([NINJS_1, NINJS_3]).encode(),
    "iptc_7901": IPTC_7901,
    "anpa": ANPA,
    "zczc": b"ZCZC CW\r\n$Crane saved\r\nThe board voted.\r\nNNNN\r\n",
    "nexis_text": OLD_TEXT.encode(),
    "nexis_html": (old_html(1, "La grue") + old_html(2, "Le quai")).encode(),
    "nexis_docx": docx([*NEW_LINES, *NEW_LINES]),
    "factiva": (FACTIVA_HEAD + factiva({"HD": "A", "SN": "B", "LP": "<p>C</p>"})).encode(),
    "europresse_old": EUROPRESSE_OLD.encode(),
    "europresse_new": EUROPRESSE_NEW.encode(),
    "xml": f"<?xml version='1.0'?><export>{ARTICLE}{ARTICLE}</export>".encode(),
    "docx": docx(["Crane saved", "The board voted."]),
    "odt": packed(
        {"content.xml": "<a><body><text><p>x</p></text></body></a>"}, "application/vnd.oasis.opendocument.text"
    ),
    "epub": packed({"META-INF/container.xml": "<container/>"}, "application/epub+zip"),
    "pdf": pdf([column(50, "left", 5), column(320, "right", 5)]),
}


def check(data: bytes, name: str = "a.bin") -> None:
    started = time.monotonic()
    for _, item in read_records(io.BytesIO(data), name):
        if isinstance(item, Fault):
            assert item.reason in REASONS
            continue
        try:
            document = parse_record(item)
        except FormatError as error:
            assert error.reason in REASONS
        else:
            assert document.text.strip()
            assert set(document.quality_flags) <= set(QUALITY_FLAGS)
            document.text.encode("utf-8")
    assert time.monotonic() - started < MAX_SECONDS


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The data cut short, with bits turned, bytes put in, or a piece of it twice or moved."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(found) + 1)
        end = min(len(found), at + chance.randint(1, 200))
        kind = chance.randrange(5)
        if kind == 0 and found:
            del found[at:]
        elif kind == 1 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            found[at:at] = chance.randbytes(chance.randint(1, 20))
        elif kind == 3:
            found[at:at] = found[at:end]
        else:
            del found[at:end]
    return bytes(found)


@pytest.mark.parametrize("sample", SAMPLES)
def test_damaged_files_give_records_and_faults_alone(sample: str) -> None:
    chance = random.Random(sample)
    check(SAMPLES[sample])
    for _ in range(N_DAMAGES):
        check(damaged(SAMPLES[sample], chance))


@pytest.mark.parametrize("sample", SAMPLES)
def test_files_cut_anywhere_give_records_and_faults_alone(sample: str) -> None:
    data = SAMPLES[sample]
    for at in range(0, len(data), max(1, len(data) // 40)):
        check(data[:at])


@given(st.binary(max_size=400), st.sampled_from([format_.name for format_ in FORMATS]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_random_bytes_parse_as_any_format_or_are_refused(data: bytes, name: str) -> None:
    try:
        parse_record(Record(data, name, "a"))
    except FormatError as error:
        assert error.reason in REASONS


@given(st.binary(max_size=400), st.sampled_from(sorted({suffix for format_ in FORMATS for suffix in format_.suffixes})))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_random_bytes_of_any_name_are_read_or_refused(data: bytes, suffix: str) -> None:
    check(data, f"a{suffix}")


@pytest.mark.parametrize(
    "data",
    [
        b"<rss><channel>" + b"<a>" * 100_000,
        b"<rss " + b'a="b" ' * 100_000,
        b"<!DOCTYPE rss [" + b"<!ENTITY a 'b'>" * 50_000 + b"]><rss/>",
        b"<!--" + b"-" * 1_000_000,
        b"<?xml version='1.0'?>" + b"<!DOCTYPE a [" * 10_000,
        b"<rss><channel><item><description>" + b"&lt;" * 500_000,
        b"ZCZC " * 200_000,
        b"ZCZC\n" * 100_000,
        b"\x01\x02" * 200_000,
        b"1 of 2 DOCUMENTS\n" * 20_000,
        b'<a name="DOC_ID_1">' * 3_000,
        b'{"uri": "a", "headlines": [], "bodies": ' + b"[" * 100_000,
        b"<html><title>Factiva</title><body>" + b'<div class="article">' * 3_000,
        b'<span class="DocPublicationName">' * 2_000,
    ],
)
def test_hostile_files_end_soon(data: bytes) -> None:
    check(data)


def test_a_page_that_begins_with_many_comments_is_recognised_soon() -> None:
    check(b"<!-- a -->\n" * 40 + b"<rss><channel><item><description>x</description></item></channel></rss>", "a.xml")
