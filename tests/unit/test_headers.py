"""Front matter, and the names that stand for a column in it."""

from __future__ import annotations

import time

import pytest

from transforms.articles import build_article
from transforms.headers import read_front_matter, read_header, split_front_matter
from transforms.records import Article, RawDocument

BODY = "The council met on the quay.\n\nNobody came."


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("title: Quay to be raised", {"title": "Quay to be raised"}),
        ("title: 'Mayor: “No”'\ndate: 2024-03-06", {"title": "Mayor: “No”", "published_date": "2024-03-06"}),
        ('title: "A \\"storm\\"\\u2019s end"', {"title": 'A "storm"’s end'}),
        ("title: >\n  Quay to be\n  raised\nlang: en", {"title": "Quay to be raised", "language": "en"}),
        ("authors: [Ada Osei, 'Bo Reyes']", {"byline": "Ada Osei, Bo Reyes"}),
        ("authors:\n  - name: Ada Osei\n    email: x\n  - name: Bo Reyes", {"byline": "Ada Osei, Bo Reyes"}),
        ("author:\n  name: Ada Osei\n  links:\n    - x", {"byline": "Ada Osei"}),
        ("date: 2024-02-31\ntitle: 007", {"published_date": "2024-02-31", "title": "007"}),
        ("created: 2024-03-06\ntitle: No", {"published_date": "2024-03-06", "title": "No"}),
        ("title: null\nauthor: ~\nsection: World", {"section": "World"}),
        ("tags: [a, b]", {}),
        # No YAML, though it was meant to be:
        (
            "title: Strike: day two\nauthors:\n- Ada Osei\n- Bo Reyes",
            {"title": "Strike: day two", "byline": "Ada Osei, Bo Reyes"},
        ),
        ('title: "Go," she said\ndate: [2024', {"title": '"Go," she said', "published_date": "[2024"}),
        ("title: &a Quay\nauthor: *a", {"title": "&a Quay", "byline": "*a"}),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_front_matter_is_read(block: str, expected: dict[str, str], line_end: str) -> None:
    text = f"---\n{block}\n---\n{BODY}".replace("\n", line_end)
    fields, rest = read_front_matter(text)
    assert (fields, rest) == (expected, BODY.replace("\n", line_end))


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"---\n{BODY}\n---\n{BODY}",
        f"---\nNote: a word that is no field\n---\n{BODY}",
        f"---\ntitle: never closed\n\n{BODY}",
        f"{BODY}\n---\ntitle: not at the top\n---\n",
        "---\ntitle: x\n" + "Prose between two rules.\n" * 2000 + "---\n",
    ],
)
def test_what_is_no_front_matter_stays(text: str) -> None:
    assert read_front_matter(text) == ({}, text)


def test_the_block_is_parted_from_the_rest() -> None:
    assert split_front_matter("\n---\r\ntitle: x\r\n---\r\nBody") == ("---\r\ntitle: x\r\n---\r\n", "Body")
    assert split_front_matter("Body") == ("", "Body")


@pytest.mark.parametrize(
    "block", ["[" * 9000, "title: " + "[&a " * 2000, "a: {b: " * 2500, "- " * 9000, '"\\Uffffffff"']
)
def test_hostile_front_matter_costs_no_time_and_no_exception(block: str) -> None:
    started = time.process_time()
    read_front_matter(f"---\n{block}\n---\n{BODY}")
    assert time.process_time() - started < 1


def test_nested_front_matter_reaches_the_article() -> None:
    text = f"---\ntitle: Quay raised\nauthor:\n    name: Ada Osei\n    desk:\n        name: City\n---\n{BODY}"
    built = build_article(RawDocument("a.md", 0, "", "text/markdown", "utf-8", text))
    assert isinstance(built, Article)
    assert (built.title, built.byline, built.text) == ("Quay raised", "Ada Osei", f"Quay raised\n\n{BODY}")


@pytest.mark.parametrize("line", ["Created: 2024-03-06", "Channel: News", "Timestamp: 2024-03-06"])
def test_a_name_that_only_records_have_is_no_header_line(line: str) -> None:
    assert read_header(f"{line}\n\n{BODY}") == ({}, f"{line}\n\n{BODY}")
