from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import tracemalloc
import zipfile

import pytest

from flows.formats import extras
from flows.formats.base import Fault, FormatError, Record
from flows.formats.registry import parse_record, read_records
from tests.reading import read_faults, read_items, read_records_of

PAGE = b"<!doctype html><html><body><p>The harbour reopened on Monday, the port said.</p></body></html>"
MEMBERS = {
    "b/second.txt": b"The second report comes first, as it lies in the archive.",
    "a.html": PAGE,
    "feed/lines.jsonl": b'{"id": "x1", "text": "One."}\n{"id": "x2", "text": "Two."}\n',
}


def make_zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return buffer.getvalue()


def make_tar(members: dict[str, bytes], extra: list[tarfile.TarInfo] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra or []:
            archive.addfile(info)
    return buffer.getvalue()


def make_7z(members: dict[str, bytes], password: str | None = None) -> bytes:
    py7zr = pytest.importorskip("py7zr")
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        for path, data in members.items():
            archive.writestr(data, path)
    return buffer.getvalue()


ARCHIVES = [("a.zip", make_zip), ("a.tar", make_tar), ("a.7z", make_7z)]


@pytest.mark.parametrize(("name", "make"), ARCHIVES)
def test_members_are_read_in_order_each_as_what_it_is(name, make) -> None:
    records = read_records_of(make(MEMBERS), name)
    assert [(record.member, record.format, record.own_id) for record in records] == [
        ("b/second.txt", "text", None),
        ("a.html", "html", None),
        ("feed/lines.jsonl", "json_lines", "x1"),
        ("feed/lines.jsonl", "json_lines", "x2"),
    ]
    assert parse_record(records[0]).text == MEMBERS["b/second.txt"].decode()


@pytest.mark.parametrize(("name", "make"), ARCHIVES)
def test_an_archive_is_seen_whatever_its_name(name, make) -> None:
    assert len(read_records_of(make(MEMBERS), "download")) == 4


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
@pytest.mark.parametrize(("name", "make"), ARCHIVES)
def test_archives_in_compression(name, make, pack) -> None:
    assert len(read_records_of(pack(make(MEMBERS)), f"{name}.packed")) == 4


@pytest.mark.parametrize(("name", "make"), ARCHIVES)
def test_archives_in_archives_up_to_a_depth(name, make) -> None:
    data = make({"x/inner.zip": make_zip({"page.html": PAGE})})
    (record,) = read_records_of(data, name)
    assert record.member == "x/inner.zip/page.html"
    for number in range(4):
        data = make({f"{number}.bin": data})
    (fault,) = read_faults(data, name)
    assert fault.reason == "too_deep"


@pytest.mark.parametrize(("name", "make"), ARCHIVES)
def test_what_is_no_news_is_left_out_in_silence(name, make) -> None:
    clutter = {"__MACOSX/._a.html": b"\0\1", ".DS_Store": b"\0\1", "README.md": b"# About", "x/.git/config": b"[core]"}
    clutter |= {"logo.png": b"\x89PNG\r\n\x1a\n\0\0", "style.css": b"p { color: red }"}
    if name == "a.zip":
        clutter["folder/"] = b""
    records = read_records_of(make({**clutter, "a.html": PAGE}), name)
    assert [record.member for record in records] == ["a.html"]


def test_an_archive_of_nothing_but_other_kinds_says_so_once() -> None:
    data = make_zip({f"{n}.png": b"\x89PNG\r\n\x1a\n\0\0" for n in range(3)} | {"a.css": b"p {}"})
    (fault,) = read_faults(data, "a.zip")
    assert fault.reason == "unknown_format"
    assert "4 members: 3 .png, 1 .css" in fault.detail


def test_an_empty_archive_is_empty() -> None:
    assert [fault.reason for fault in read_faults(make_zip({}), "a.zip")] == ["empty"]


def test_a_member_with_a_text_suffix_that_is_binary_is_told() -> None:
    (fault,) = read_faults(make_zip({"a.txt": bytes(range(32)) * 9}), "a.zip")
    assert (fault.reason, fault.member) == ("binary", "a.txt")


def test_links_devices_and_paths_upward_are_faults_and_the_rest_is_read() -> None:
    link, hard, device, pipe = (tarfile.TarInfo(path) for path in ("link.txt", "hard.txt", "null", "pipe"))
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard.type, hard.linkname = tarfile.LNKTYPE, "a.txt"
    device.type, pipe.type = tarfile.CHRTYPE, tarfile.FIFOTYPE
    items = read_items(make_tar({"../up.txt": b"Up.", "a.txt": b"Text."}, [link, hard, device, pipe]), "a.tar")
    assert [(item.member, getattr(item, "reason", None)) for item in items] == [
        ("../up.txt", "unsafe_member"),
        ("a.txt", None),
        ("link.txt", "unsafe_member"),
        ("hard.txt", "unsafe_member"),
        ("null", "unsafe_member"),
        ("pipe", "unsafe_member"),
    ]


def test_links_in_a_zip_are_not_followed() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    (fault,) = read_faults(buffer.getvalue(), "a.zip")
    assert (fault.reason, fault.member) == ("unsafe_member", "link.txt")


@pytest.mark.parametrize("path", ["/abs/a.txt", "./abs/a.txt", "C:\\abs\\a.txt", "abs//a.txt"])
def test_a_path_is_a_name_below_the_archive(path: str) -> None:
    (record,) = read_records_of(make_zip({path: b"Text."}), "a.zip")
    assert record.member == "abs/a.txt"


def test_encrypted_members_are_told_one_by_one() -> None:
    data = bytearray(make_zip({"a.txt": b"Secret words."}, zipfile.ZIP_STORED))
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    (fault,) = read_faults(bytes(data), "a.zip")
    assert (fault.reason, fault.member) == ("encrypted", "a.txt")


def test_an_encrypted_7z_says_so() -> None:
    (fault,) = read_faults(make_7z({"a.txt": b"Secret words."}, password="open"), "a.7z")
    assert fault.reason == "encrypted"


def test_a_7z_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_7z({"a.txt": b"Text."})

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", missing)
    (fault,) = read_faults(data, "a.7z")
    assert fault.reason == "needs_extra"
    assert "pip install 'newsmill[archives]'" in fault.detail


@pytest.mark.parametrize(("name", "make"), ARCHIVES)
def test_a_bomb_ends_the_source(name, make) -> None:
    data = make({"1.txt": b"Text.", "2.txt": b"aaa\n" * 3_000_000, "3.txt": b"Text."})
    if name == "a.tar":
        data = gzip.compress(data)
    items = read_items(data, name)
    assert isinstance(items[-1], Fault)
    assert items[-1].reason == "archive_bomb"
    assert not any(item.member == "3.txt" for item in items)


def test_what_is_skipped_in_a_compressed_tar_counts_as_unpacked() -> None:
    data = gzip.compress(make_tar({"1.txt": b"Text.", "2.iso": bytes(30_000_000), "3.txt": b"Text."}))
    items = read_items(data, "a.tar.gz")
    assert [getattr(item, "reason", None) for item in items] == [None, "archive_bomb"]


def test_a_bomb_in_layers_ends_the_source() -> None:
    inner = make_zip({"zeros.txt": b"aaa\n" * 3_000_000})
    items = read_items(make_zip({f"{n}.zip": inner for n in range(20)}), "a.zip")
    assert [getattr(item, "reason", None) for item in items] == ["archive_bomb"]


def test_a_cut_zip_and_a_cut_tar_are_told() -> None:
    text = b"Many words of a report from the harbour. " * 200
    assert [fault.reason for fault in read_faults(make_zip(MEMBERS)[:-30], "a.zip")] == ["truncated_archive"]
    items = read_items(make_tar({"1.txt": text, "2.txt": text})[:9000], "a.tar")
    assert isinstance(items[0], Record)
    assert {item.reason for item in items[1:] if isinstance(item, Fault)} == {"truncated_archive"}


def test_a_damaged_header_in_a_tar_is_no_silent_end() -> None:
    data = bytearray(make_tar({"1.txt": b"One.", "2.txt": b"Two.", "3.txt": b"Three."}))
    data[1024:1030] = b"\xff" * 6
    items = read_items(bytes(data), "a.tar")
    assert [getattr(item, "reason", None) for item in items] == [None, "truncated_archive"]


def test_a_damaged_member_is_one_fault_and_the_rest_is_read() -> None:
    data = bytearray(make_zip({"1.txt": b"One report. " * 50, "2.txt": b"Two."}, zipfile.ZIP_STORED))
    data[60:70] = b"#" * 10
    items = read_items(bytes(data), "a.zip")
    assert [getattr(item, "reason", None) for item in items] == ["truncated_archive", None]


def test_office_documents_are_not_taken_for_archives_of_pages() -> None:
    data = make_zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})
    (fault,) = read_faults(data, "a.unknown")
    assert fault.reason in {"binary", "unknown_format", "bad_xml"}


def test_many_members_take_bounded_memory() -> None:
    def read(n_members: int) -> int:
        data = io.BytesIO(gzip.compress(make_tar({f"{n}.txt": b"A line of text." for n in range(n_members)}), 1))
        tracemalloc.start()
        n_read = sum(1 for _ in read_records(data, "a.tar.gz"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert n_read == n_members
        return peak

    assert read(1500) < read(300) + 200_000


def test_too_long_a_path_in_a_tar_is_not_held() -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 5_000_000
    (fault,) = read_faults(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + b"a" * 5_000_320), "a.tar.gz")
    assert fault.reason == "too_large"
    with pytest.raises(FormatError):
        parse_record(Record(b"", "tar", "a.tar"))
