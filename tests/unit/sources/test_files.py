from __future__ import annotations

import glob
import gzip
import itertools
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from flows.errors import UserError
from flows.sources.files import SeedsError, describe_passed_over, find_files


def uris(*seeds: Path | str) -> list[str]:
    return [found.uri for found in find_files([str(seed) for seed in seeds]).files]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    names = ["b.txt", "a.md", "deep/er/c.HTML", "deep/d.jsonl.gz", "e.text", "f.ndjson", "g.htm"]
    passed_over = [
        ".hidden.txt",
        ".git/x.txt",
        "README.md",
        "deep/SOURCES.md",
        "SOURCE.md",
        "table.css",
        "notes.psd",
        "LICENSE",
    ]
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


def test_a_glob_goes_round_no_loop(seeds: Path) -> None:
    (seeds / "deep" / "loop").symlink_to(seeds)
    (seeds / "deep" / "er" / "again").symlink_to(seeds / "deep")
    assert uris(f"{seeds}/**/b.txt") == ["b.txt"]
    assert uris(f"{seeds}/**") == uris(seeds)
    assert uris(f"{seeds}/*/*") == ["deep/d.jsonl.gz", "deep/er/c.HTML"]
    assert uris(f"{seeds}/deep/**/*.gz") == ["d.jsonl.gz"]


def test_a_link_out_of_the_seeds_is_followed_when_asked_to(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "z.txt").write_text("x")
    (seeds / "link").symlink_to(tmp_path / "elsewhere")
    (seeds / "other.txt").symlink_to(tmp_path / "elsewhere" / "z.txt")
    (seeds / "inside.txt").symlink_to(seeds / "b.txt")
    for seed in (str(seeds), f"{seeds}/**"):
        followed = [file.uri for file in find_files([seed], follow_links=True).files]
        assert {"link/z.txt", "other.txt", "inside.txt"} <= set(followed)
        listing = find_files([seed])
        assert sorted({*followed} - {file.uri for file in listing.files}) == ["link/z.txt", "other.txt"]
        assert "2 behind links out of the seeds (--follow-links)" in describe_passed_over(listing)


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
    for name in ("a.svg", "b.SVG", "c.svg.gz", "deep/d.iso", "odd.[x](y)", "what.<b>"):
        (seeds / name).write_text("x")
    os.mkfifo(seeds / "pipe.txt")
    listing = find_files([str(seeds), f"{seeds}/deep", f"{seeds}/*.svg"])
    assert listing.passed_over == {
        ".css": (1, "table.css"),
        ".psd": (1, "notes.psd"),
        ".svg": (2, "a.svg"),
        ".svg.gz": (1, "c.svg.gz"),
        ".iso": (1, "deep/d.iso"),
        "no regular file": (1, "pipe.txt"),
        "of other kinds": (2, "odd.[x](y)"),
        "without a suffix": (1, "LICENSE"),
    }
    assert describe_passed_over(listing) == (
        "10 files passed over: 2 .svg, 2 of other kinds, 1 .css, 1 .iso, 1 .psd, 1 .svg.gz, 2 of 2 kinds more"
    )


def test_content_decides_where_a_name_says_nothing(tmp_path: Path) -> None:
    message = "From: a@b.example\nSubject: Crane\nDate: Mon, 12 Jul 2021 08:30:00 +0000\nTo: c@b.example\n\nSaved.\n"
    read = {
        "sci.harbours/59848": message,
        "training/9865": "CRANE SAVED\n\n  The board voted on Monday to keep it.\n",
        "tag_wire.example,2021_newsml_1": "<nitf><body><body.content><p>Saved.</p></body.content></body></nitf>",
        "story.dat": '{"id": 1, "text": "Saved."}\n{"id": 2, "text": "Sold."}\n',
        "crane": gzip.compress(b"The board voted."),
    }
    passed_over = {
        "core": b"\x7fELF\0\0\0\0\0\0\0\0",
        "Makefile": "all: x\n",
        "tool": "#!/bin/sh\necho x\n",
        "notes.xyz": "Words.",
        "photo.jpg": message,
        "trace.pcap.gz": gzip.compress(b"x"),
        "void": "",
    }
    for name, content in {**read, **passed_over}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert uris(tmp_path) == sorted(read)


def test_a_file_that_is_named_is_read_by_its_content(tmp_path: Path) -> None:
    for name, content in {"story.xyz": b"Words.", "story.py": b"%PDF-1.4\n", "picture.xyz": b"\x89PNG\0\0\0\0"}.items():
        (tmp_path / name).write_bytes(content)
    assert uris(tmp_path / "story.xyz", tmp_path / "story.py") == ["story.py", "story.xyz"]
    with pytest.raises(SeedsError, match="cannot read this kind of file"):
        uris(tmp_path / "picture.xyz")


def test_nothing_passed_over_is_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert describe_passed_over(find_files([str(tmp_path)])) == ""
    (tmp_path / "b.css").write_text("x")
    assert describe_passed_over(find_files([str(tmp_path)])) == "1 file passed over: 1 .css"


def test_a_pipe_that_is_named_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "pipe.txt")
    for name in ("pipe.txt", "link.txt"):
        with pytest.raises(SeedsError, match="no regular file"):
            find_files([str(tmp_path / name)])


def test_a_folder_of_other_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.css").write_text("x")
    with pytest.raises(SeedsError, match=r"nothing to read .*; 1 file passed over: 1 \.css$"):
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
        ("table.css", "supported are"),
        ("ftp://bucket/seeds", "give a path, or an address like s3://bucket/prefix"),
        ("void", "nothing to read"),
    ],
)
def test_seeds_that_cannot_be_used_say_so_in_one_line(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, seed: str, part: str
) -> None:
    monkeypatch.chdir(seeds)
    (seeds / "void").mkdir()
    with pytest.raises(UserError, match=part) as caught:
        find_files([seed])
    assert seed in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_seeds_at_all() -> None:
    with pytest.raises(SeedsError):
        find_files([])
