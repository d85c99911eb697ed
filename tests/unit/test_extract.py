from __future__ import annotations

import glob
import gzip
import hashlib
import itertools
import json
import os
import sys
import unicodedata
from functools import partial
from pathlib import Path

import pytest

from flows.formats.registry import read_records
from flows.sources.files import SeedsError, describe_passed_over, find_files
from tests.reading import read
from transforms.records import RawDocument, Reject

TEXT = "Café owners in Port Calder said “enough” on Monday.\n\nThe harbour’s crews – all of them – agreed.\n"


def read_bytes(tmp_path: Path, data: bytes, name: str = "a.txt") -> list[RawDocument | Reject]:
    path = tmp_path / name
    path.write_bytes(data)
    return read(path)


def document(tmp_path: Path, data: bytes, name: str = "a.txt") -> RawDocument:
    (found,) = read_bytes(tmp_path, data, name)
    assert isinstance(found, RawDocument), found
    return found


def refused(tmp_path: Path, data: bytes, name: str = "a.txt") -> Reject:
    (found,) = read_bytes(tmp_path, data, name)
    assert isinstance(found, Reject), found
    assert found.stage == "extract"
    assert found.detail and "\n" not in found.detail
    return found


def uris(*seeds: Path | str) -> list[str]:
    return [found.uri for found in find_files([str(seed) for seed in seeds]).files]


# Which files


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    names = ["b.txt", "a.md", "deep/er/c.HTML", "deep/d.jsonl.gz", "e.text", "f.ndjson", "g.htm"]
    passed_over = [".hidden.txt", ".git/x.txt", "README.md", "deep/SOURCES.md", "table.csv", "notes.docx", "txt"]
    for name in [*names, *passed_over]:
        path = tmp_path / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path / "seeds"


def test_a_folder_is_read_recursively_and_sorted_by_uri(seeds: Path) -> None:
    assert uris(seeds) == ["a.md", "b.txt", "deep/d.jsonl.gz", "deep/er/c.HTML", "e.text", "f.ndjson", "g.htm"]


def test_files_carry_path_size_and_time(seeds: Path) -> None:
    found = next(file for file in find_files([str(seeds)]).files if file.uri == "b.txt")
    status = (seeds / "b.txt").stat()
    assert (found.path, found.size, found.mtime_ns) == (str(seeds / "b.txt"), status.st_size, status.st_mtime_ns)


def test_uris_are_relative_to_what_was_given(seeds: Path) -> None:
    assert uris(seeds / "deep/d.jsonl.gz") == ["d.jsonl.gz"]
    assert uris(f"{seeds}/*.t*xt") == ["b.txt", "e.text"]
    assert uris(f"{seeds}/**/*.gz") == ["deep/d.jsonl.gz"]
    assert uris(seeds / "b.txt", seeds / "deep") == ["b.txt", "deep/d.jsonl.gz", "deep/er/c.HTML"]


def test_a_relative_argument_gives_the_same_uris(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(seeds.parent)
    assert uris("seeds") == uris("./seeds/") == uris(seeds)


def test_a_file_named_twice_is_read_once(seeds: Path) -> None:
    assert uris(seeds, seeds / "b.txt", f"{seeds}/b*") == uris(seeds)


def test_a_note_named_as_an_argument_is_read(seeds: Path) -> None:
    assert uris(seeds / "README.md") == ["README.md"]


def test_a_file_with_wildcard_characters_in_its_name(seeds: Path) -> None:
    (seeds / "a[1].txt").write_text("x")
    assert uris(seeds / "a[1].txt") == ["a[1].txt"]


def test_loops_of_links_end_and_dead_links_are_not_lost(seeds: Path) -> None:
    (seeds / "deep" / "loop").symlink_to(seeds)
    (seeds / "dead.txt").symlink_to(seeds / "nowhere")
    found = uris(seeds)
    assert "dead.txt" in found
    assert len(found) == 8
    (refusal,) = read(seeds / "dead.txt")
    assert isinstance(refusal, Reject)
    assert refusal.reason == "unreadable"


def test_a_glob_goes_round_no_loop(seeds: Path) -> None:
    (seeds / "deep" / "loop").symlink_to(seeds)
    (seeds / "deep" / "er" / "again").symlink_to(seeds / "deep")
    assert uris(f"{seeds}/**/b.txt") == ["b.txt"]
    assert uris(f"{seeds}/**") == uris(seeds)
    assert uris(f"{seeds}/*/*") == ["deep/d.jsonl.gz", "deep/er/c.HTML"]
    assert uris(f"{seeds}/deep/**/*.gz") == ["d.jsonl.gz"]


def test_a_link_that_is_no_loop_is_followed(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "z.txt").write_text("x")
    (seeds / "link").symlink_to(tmp_path / "elsewhere")
    (seeds / "other").symlink_to(tmp_path / "elsewhere")
    assert uris(f"{seeds}/**/z.txt") == ["link/z.txt", "other/z.txt"]
    assert [uri for uri in uris(seeds) if uri.endswith("z.txt")] == ["link/z.txt", "other/z.txt"]


@pytest.mark.parametrize(
    "pattern", ["*.txt", "**", "**/*", "d*", "deep/**/*.H*", "**/er/**", "[ab].*", "deep/*/c.*", "?.text"]
)
def test_a_glob_finds_what_glob_finds(seeds: Path, pattern: str) -> None:
    globbed = set(glob.glob(f"{seeds}/{pattern}", recursive=True))  # noqa: PTH207 - the same rules
    if "**" not in pattern:
        globbed |= {str(path) for folder in globbed if Path(folder).is_dir() for path in Path(folder).rglob("*")}
    read = {str(seeds / uri) for uri in uris(seeds)}
    assert {file.path for file in find_files([f"{seeds}/{pattern}"]).files} == globbed & read


def test_a_file_knows_the_argument_it_came_from(seeds: Path) -> None:
    found = find_files([f"{seeds}/deep", f"{seeds}/b.txt", str(seeds)]).files
    roots = {file.uri: file.root for file in found}
    assert (roots["deep/d.jsonl.gz"], roots["b.txt"], roots["a.md"]) == (f"{seeds}/deep", f"{seeds}/b.txt", str(seeds))


def test_what_is_passed_over_is_counted(seeds: Path) -> None:
    for name in ("a.xml", "b.XML", "c.xml.gz", "deep/d.zip", "odd.[x](y)", "what.<b>"):
        (seeds / name).write_text("x")
    os.mkfifo(seeds / "pipe.txt")
    listing = find_files([str(seeds), f"{seeds}/deep", f"{seeds}/*.xml"])
    assert listing.passed_over == {
        ".csv": (1, "table.csv"),
        ".docx": (1, "notes.docx"),
        ".xml": (2, "a.xml"),
        ".xml.gz": (1, "c.xml.gz"),
        ".zip": (1, "deep/d.zip"),
        "no regular file": (1, "pipe.txt"),
        "of other kinds": (2, "odd.[x](y)"),
        "without a suffix": (1, "txt"),
    }
    assert describe_passed_over(listing) == (
        "10 files passed over: 2 .xml, 2 of other kinds, 1 .csv, 1 .docx, 1 .xml.gz, 1 .zip, 2 of 2 kinds more"
    )


def test_nothing_passed_over_is_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert describe_passed_over(find_files([str(tmp_path)])) == ""
    (tmp_path / "b.csv").write_text("x")
    assert describe_passed_over(find_files([str(tmp_path)])) == "1 file passed over: 1 .csv"


def test_a_folder_of_other_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("x")
    with pytest.raises(SeedsError, match=r"nothing to read .*; 1 file passed over: 1 \.csv$"):
        find_files([str(tmp_path)])


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_names_that_are_not_utf8_get_a_uri_that_can_be_stored(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("x")
    (tmp_path / unicodedata.normalize("NFD", "cafés.txt")).write_text("x")
    found = find_files([str(tmp_path)]).files
    assert [file.uri for file in found] == ["caf\\xe9.txt", unicodedata.normalize("NFC", "cafés.txt")]
    assert Path(found[0].path).read_text() == "x"


def spelled(folder: Path, *forms: str) -> Path:
    """é/é.txt, each é in its own Unicode form."""
    return folder.joinpath(
        *(unicodedata.normalize(form, name) for form, name in zip(forms, ("é", "é.txt"), strict=True))
    )


def test_spellings_of_one_name_stay_sources_of_their_own(tmp_path: Path) -> None:
    paths = [spelled(tmp_path, *forms) for forms in itertools.product(("NFC", "NFD"), repeat=2)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(path))
    if len(list(tmp_path.rglob("*.txt"))) < len(paths):
        pytest.skip("this file system takes all spellings for one")
    found = {file.uri: file.path for file in find_files([str(tmp_path)]).files}
    assert found == {path.relative_to(tmp_path).as_posix(): str(path) for path in paths}


def test_one_spelling_alone_is_composed(tmp_path: Path) -> None:
    path = spelled(tmp_path, "NFD", "NFD")
    path.parent.mkdir()
    path.write_text("x")
    assert uris(tmp_path) == ["\u00e9/\u00e9.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_a_byte_and_its_escape_spelled_out_stay_two_sources(tmp_path: Path) -> None:
    for name in (os.fsdecode(b"caf\xe9.txt"), "caf\\xe9.txt"):
        (tmp_path / name).write_text(name.encode("utf-8", "replace").decode())
    assert len(set(uris(tmp_path))) == 2


@pytest.mark.parametrize(
    ("seed", "part"),
    [
        ("nowhere", "no such file or folder"),
        ("*.rtf", "no file matches"),
        ("table.csv", "supported are .txt"),
        ("s3://bucket/seeds", "object storage is not supported yet"),
        ("void", "nothing to read"),
    ],
)
def test_seeds_that_cannot_be_used_say_so_in_one_line(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, seed: str, part: str
) -> None:
    monkeypatch.chdir(seeds)
    (seeds / "void").mkdir()
    with pytest.raises(SeedsError, match=part) as caught:
        find_files([seed])
    assert seed in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_seeds_at_all() -> None:
    with pytest.raises(SeedsError):
        find_files([])


# Encodings


@pytest.mark.parametrize(
    ("encoding", "recorded", "flags"),
    [
        ("utf-8", "utf-8", ()),
        ("utf-8-sig", "utf-8", ()),
        ("utf-16", "utf-16-le", ()),
        ("utf-32", "utf-32-le", ()),
        ("utf-16-be", "utf-16-be", ("encoding_guessed",)),
        ("cp1252", "cp1252", ("encoding_guessed",)),
        ("mac_roman", "mac_roman", ("encoding_guessed",)),
    ],
)
def test_encodings_are_detected_and_recorded(
    tmp_path: Path, encoding: str, recorded: str, flags: tuple[str, ...]
) -> None:
    found = document(tmp_path, TEXT.encode(encoding))
    assert (found.text, found.encoding, found.quality_flags) == (TEXT, recorded, flags)


def test_a_page_is_decoded_as_it_declares(tmp_path: Path) -> None:
    words = "Президент заявил, что переговоры продолжатся в понедельник, и поблагодарил журналистов. " * 3
    page = f'<html><head><meta charset="windows-1251"><title>x</title></head><body><p>{words}</p></body></html>'
    found = document(tmp_path, page.encode("cp1251"), "a.html")
    assert found.encoding == "cp1251"
    assert words.strip() in found.text


def test_mojibake_is_repaired_and_nothing_else(tmp_path: Path) -> None:
    text = "The president, Enrique PeÃ±a, said “It’s ﬁne” — and ‘left.’ «Oui»"
    found = document(tmp_path, text.encode())
    assert found.text == text.replace("PeÃ±a", "Peña")
    assert found.quality_flags == ("encoding_repaired",)


@pytest.mark.parametrize("text", ["“LIBERTÉ”", "the café”—which", "”é", "coup d’état…", "«Ñandú»", "Beyoncé’s “Ø”"])
def test_accents_beside_marks_are_not_taken_for_mojibake(tmp_path: Path, text: str) -> None:
    found = document(tmp_path, text.encode())
    assert (found.text, found.quality_flags) == (text, ())


def test_stray_bytes_in_utf8_are_read_as_windows_1252(tmp_path: Path) -> None:
    data = "Café, naïve, déjà vu, ".encode() + "it’s".encode("cp1252")
    found = document(tmp_path, data)
    assert found.text == "Café, naïve, déjà vu, it’s"
    assert found.quality_flags == ("encoding_repaired",)


def test_characters_lost_before_are_flagged(tmp_path: Path) -> None:
    assert document(tmp_path, "A caf\ufffd closed.".encode()).quality_flags == ("replacement_characters",)


# Formats


def test_gzip_is_recognised_by_content(tmp_path: Path) -> None:
    assert document(tmp_path, gzip.compress(TEXT.encode()), "named-wrongly.txt").text == TEXT
    assert document(tmp_path, TEXT.encode(), "not-packed.txt.gz").text == TEXT


PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Ferries sail again | The Gazette</title>
<meta property="og:title" content="Ferries sail again"><meta name="author" content="Ada Osei">
<meta property="og:site_name" content="The Gazette"><link rel="canonical" href="https://gazette.example/sail">
<meta property="article:published_time" content="2024-03-14T06:40:00+01:00"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>Ferries sail again</h1>
<p>The first ferry in two days left Port Calder on Thursday, hours after crews had agreed to a new contract.</p>
<p>&#8220;I would have signed it on Monday,&#8221; said Tomas Wrede, the leader of the union, who had not slept.</p>
<p><q>I carried paper from room to room</q>, said the mediator, a retired judge with a liking for soup.</p></article>
<div id="comments"><p>seagull77: About time too, they should never have stopped in the first place!</p></div>
<footer><p>All rights reserved.</p></footer></body></html>"""


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.txt", "a.md"])
def test_a_page_gives_its_article_and_what_its_head_states(tmp_path: Path, name: str) -> None:
    found = document(tmp_path, PAGE.encode(), name)
    assert found.media_type == "text/html"
    paragraphs = found.text.split("\n\n")
    assert [paragraph[:12] for paragraph in paragraphs if not paragraph.startswith("Ferries sail")] == [
        "The first fe",
        "“I would hav",
        "“I carried p",
    ]
    assert found.fields == {
        "title": "Ferries sail again",
        "byline": "Ada Osei",
        "publisher": "The Gazette",
        "url": "https://gazette.example/sail",
        "published_date": "2024-03-14",
        "language": "en-GB",
    }


def test_markdown_gives_the_words_without_the_marks(tmp_path: Path) -> None:
    text = '---\ntitle: x\n---\n# A *fine* day\n\nA [link](https://x.example) and **bold "words"**.\n\n- one\n- two\n'
    found = document(tmp_path, text.encode(), "a.md")
    assert found.media_type == "text/markdown"
    assert found.text == '---\ntitle: x\n---\n\nA fine day\n\nA link and bold "words".\n\none\n\ntwo'


def lines(*records: object) -> bytes:
    return "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records).encode()


@pytest.mark.parametrize(
    "record",
    [
        {"headline": "A", "body": "Words.", "datePublished": "2024-03-06", "byline": "Ada Osei", "site": "Wire"},
        {"Title": "A", "maintext": "Words.", "date_publish": "2024-03-06", "authors": ["Ada Osei"], "source": "Wire"},
        {
            "title": "A",
            "text": ["Words."],
            "published": "2024-03-06",
            "author": {"name": "Ada Osei"},
            "source": {"id": None, "name": "Wire"},
            "embedding": [1, 2],
        },
        {"title": "A", "content": "<p>Words.</p>", "date": "2024-03-06", "author": "Ada Osei", "publisher": "Wire"},
    ],
)
def test_json_records_name_the_same_things_in_many_ways(tmp_path: Path, record: dict[str, object]) -> None:
    found = document(tmp_path, lines(record), "a.jsonl")
    assert (found.text, found.media_type) == ("Words.", "application/x-ndjson")
    assert found.fields == {"title": "A", "published_date": "2024-03-06", "byline": "Ada Osei", "publisher": "Wire"}


def test_html_in_a_json_field_becomes_paragraphs(tmp_path: Path) -> None:
    body = "<p>“No &amp; no,” she said.</p><p>Then<br>she left.</p><script>x()</script>"
    assert document(tmp_path, lines({"text": body}), "a.jsonl").text == "“No & no,” she said.\n\nThen she left."
    assert (
        document(tmp_path, lines({"text": "One <b>two</b>\n\nthree &#8217;"}), "a.jsonl").text == "One two\n\nthree ’"
    )


def test_json_lines_are_recognised_by_content_and_numbered(tmp_path: Path) -> None:
    data = lines({"text": "One."}, "", "{broken", [1], {"title": "x"}, {"text": "Six."})
    for name in ("a.jsonl", "a.txt", "a.ndjson.gz"):
        found = read_bytes(tmp_path, gzip.compress(data) if name.endswith(".gz") else data, name)
        assert [(item.record_index, getattr(item, "reason", "ok")) for item in found] == [
            (0, "ok"),
            (1, "bad_json"),
            (2, "bad_json"),
            (3, "no_text"),
            (4, "ok"),
        ]


def test_json_lines_in_utf16(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, lines({"text": "Ċafé."}, {"text": "Two."}).decode().encode("utf-16"), "a.jsonl")
    assert [(item.text, item.encoding) for item in found if isinstance(item, RawDocument)] == [
        ("Ċafé.", "utf-16-le"),
        ("Two.", "utf-16-le"),
    ]


def test_half_a_surrogate_pair_in_json_can_be_stored(tmp_path: Path) -> None:
    found = document(tmp_path, b'{"text": "smile \\ud83d", "title": "\\udc00"}', "a.jsonl")
    assert (found.text, found.fields["title"]) == ("smile \ufffd", "\ufffd")
    assert "replacement_characters" in found.quality_flags


def test_records_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "One."}\n' * 50_000)
    with path.open("rb") as stream:
        records = read_records(stream, path.name)
        next(records)
        assert stream.tell() < 1_000_000 / 2
        assert sum(1 for _ in records) == 49_999


# Refusals


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t", "a.txt", "empty"),
        (b"", "a.jsonl", "empty"),
        (gzip.compress(b""), "a.txt.gz", "empty"),
        ("\ufeff".encode(), "a.txt", "empty"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00" * 50, "a.txt", "binary"),
        (b"%PDF-1.7 and so on", "a.txt", "binary"),
        (bytes(range(128, 256)) * 20, "a.txt", "bad_encoding"),
        (b"\xff\xfe" + b"\x00\xd8" * 50, "a.txt", "bad_encoding"),
        (gzip.compress(TEXT.encode() * 9)[:60], "a.txt.gz", "truncated_archive"),
        (gzip.compress(TEXT.encode())[:5], "a.txt.gz", "truncated_archive"),
        (gzip.compress(TEXT.encode())[:-8] + b"12345678", "a.txt.gz", "truncated_archive"),
        (b"<html><body><script>x</script></body></html>", "a.html", "no_text"),
        (b'[\n{"text": "One."}\n]', "a.jsonl", "bad_json"),
        (b"{" * 100_000, "a.jsonl", "bad_json"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, data: bytes, name: str, reason: str) -> None:
    assert refused(tmp_path, data, name).reason == reason


def test_records_before_the_end_of_a_cut_off_archive_are_kept(tmp_path: Path) -> None:
    records = [{"text": f"Record {n} {hashlib.sha256(str(n).encode()).hexdigest()}"} for n in range(500)]
    packed = gzip.compress(lines(*records))
    found = read_bytes(tmp_path, packed[: len(packed) // 2], "a.jsonl.gz")
    assert len(found) > 100
    assert all(isinstance(item, RawDocument) for item in found[:-1])
    assert isinstance(found[-1], Reject)
    assert (found[-1].reason, found[-1].record_index) == ("truncated_archive", len(found) - 1)


def test_absurd_sizes_are_refused_without_reading_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.reading.read_records", partial(read_records, max_record_bytes=1000))
    assert refused(tmp_path, b"word " * 300).reason == "too_large"
    assert refused(tmp_path, gzip.compress(b"word " * 300), "a.txt.gz").reason == "too_large"
    found = read_bytes(tmp_path, lines({"text": "One."}, {"text": "word " * 50_000}, {"text": "Three."}), "a.jsonl")
    assert [getattr(item, "reason", "ok") for item in found] == ["ok", "too_large", "ok"]
