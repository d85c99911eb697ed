from __future__ import annotations

from dataclasses import replace

import pytest

from transforms.articles import build_article
from transforms.dates import is_ambiguous, parse_date
from transforms.records import Article, RawDocument, Reject

BODY = (
    "The council of Port Calder voted on Wednesday night to charge cruise ships four crowns for every passenger.\n\n"
    "“A good evening in a bad week,” said Josef Adeyemi, the mayor, who had argued for the fee since the winter and "
    "who thanked the harbour master for the figures.\n"
)


def raw(text: str, *, uri: str = "a.txt", media_type: str = "text/plain", **fields: str) -> RawDocument:
    return RawDocument(uri, 0, "0" * 64, media_type, "utf-8", text, fields)


def article(text: str, **options: str) -> Article:
    built = build_article(raw(text, **options))
    assert isinstance(built, Article)
    return built


def body(built: Article) -> str:
    return built.text[built.body_char_start :]


# Header lines


def test_date_and_headline_on_one_line() -> None:
    built = article(f" date 2021-07-11 Town votes for a fee on ships, mayor says.\n\n{BODY}")
    assert (built.published_date, built.date_method) == ("2021-07-11", "header")
    assert built.title == "Town votes for a fee on ships, mayor says."
    assert built.text.startswith(f"{built.title}\n\nThe council")
    assert body(built).startswith("The council")


@pytest.mark.parametrize(
    "header",
    [
        "Title: Town votes\nAuthor: Ada Osei\nDate: 6 March 2024\nSource: The Gazette\nURL: https://x.example/1\n",
        "headline: Town votes\nby: Ada Osei\npublished: 2024-03-06\npublisher: The Gazette\nlink: https://x.example/1\n",
        "Headline = Town votes\n\nByline: By Ada Osei\n\nPublication date: March 6, 2024\nOutlet: The Gazette\n"
        "https://x.example/1\n",
        "TITLE: Town votes | AUTHOR: Ada Osei | DATE: 2024-03-06 | SOURCE: The Gazette | URL: https://x.example/1",
        "date 2024-03-06 title Town votes author Ada Osei source The Gazette url https://x.example/1",
        "date 6th of March 2024 title Town votes author Ada Osei source The Gazette url https://x.example/1",
        "date 2024-03-06\ntitle Town votes\nauthor Ada Osei\nsource The Gazette\nurl https://x.example/1\n",
        "---\ntitle: \"Town votes\"\nauthors:\n  - Ada Osei\ndate: 2024-03-06T08:00:00Z\npublisher: 'The Gazette'\n"
        "url: https://x.example/1\ndraft: false\n---\n",
        "Title: Town votes\nEditor: Someone\nAuthor: Ada Osei\nDate: 2024-03-06\nSource: The Gazette\n"
        "url: https://x.example/1\ntags: harbour, ships\n",
    ],
)
def test_every_shape_of_header_gives_the_same_article(header: str) -> None:
    built = article(f"{header}\n{BODY}")
    assert (built.title, built.byline, built.publisher) == ("Town votes", "Ada Osei", "The Gazette")
    assert (built.published_date, built.date_method, built.url) == ("2024-03-06", "header", "https://x.example/1")
    assert built.text == f"Town votes\n\n{BODY.strip()}"


@pytest.mark.parametrize(
    "first",
    [
        "Source: the ministry’s own figures, which nobody has checked.",
        "Date night in Ardenby costs more than it did a year ago, the bank says in a report on Friday.",
        "Date 2021-07-11 was a black day for the town, and for the people who live near its harbour.",
        "Section: a word that the planners use for what everybody else calls a street.",
        "By the time the ferry left, nobody was waiting for it on the quay or anywhere else in the town.",
        "Warning: the road is closed.",
    ],
)
def test_prose_that_only_looks_like_a_header_stays(first: str) -> None:
    assert article(f"{first}\n\n{BODY}").text == f"{first}\n\n{BODY.strip()}"


@pytest.mark.parametrize("stated", ["[Ada Osei, Bo Lind]", "['Ada Osei', \"Bo Lind\"]", "\n  - Ada Osei\n  - Bo Lind"])
def test_a_list_in_front_matter_is_its_items(stated: str) -> None:
    assert article(f"---\ntitle: Town votes\nauthors: {stated}\n---\n{BODY}").byline == "Ada Osei, Bo Lind"


def test_a_headline_after_a_date_may_hold_the_words_of_keys() -> None:
    title = "A source close to the author says the title is wrong"
    built = article(f"date 2024-03-06 {title}\n\n{BODY}")
    assert (built.title, built.published_date, built.publisher, built.byline) == (title, "2024-03-06", None, None)


def test_an_address_with_words_after_it_is_no_url() -> None:
    first = "Link: https://x.example/1 has the whole list of ships"
    assert article(f"{first}\n\n{BODY}").text == f"{first}\n\n{BODY.strip()}"


def test_a_key_in_the_middle_of_the_text_stays() -> None:
    text = f"A short headline\n\n{BODY}\nSource: North Sound Wire\n\nAuthor: unknown"
    assert body(article(text)).endswith("Source: North Sound Wire\n\nAuthor: unknown")


def test_an_address_on_the_first_line_is_the_url_and_dates_the_article() -> None:
    built = article(f"https://wire.example/2024/03/06/fee\n\n{BODY}")
    assert built.url == "https://wire.example/2024/03/06/fee"
    assert (built.published_date, built.date_method) == ("2024-03-06", "url")
    assert built.text == BODY.strip()


@pytest.mark.parametrize("path", ["2024/03/06/fee", "2024/mar/06/fee", "news/20240306-fee", "2024-3-6"])
def test_the_path_of_an_address_dates_the_article(path: str) -> None:
    built = article(f"https://wire.example/{path}\n\n{BODY}")
    assert (built.published_date, built.date_method) == ("2024-03-06", "url")


# Title and byline


@pytest.mark.parametrize(
    "headline",
    [
        "Town votes for a fee on ships",
        "TOWN VOTES FOR FEE",
        "Will the ships come back?",
        "Town votes for fee, mayor says.",
        "Town votes; \nOpposition says the fee is too low.",
        "Mayor: ‘A Good Evening in a Bad Week.’",
    ],
)
def test_a_first_paragraph_that_reads_like_a_headline_is_the_title(headline: str) -> None:
    built = article(f"{headline}\n\n{BODY}")
    assert built.title == headline.replace("\n", "").replace(";  ", "; ")
    assert body(built) == BODY.strip()
    assert "no_title" not in built.quality_flags


def test_a_text_that_starts_with_its_first_sentence_has_no_title() -> None:
    built = article(BODY)
    assert (built.title, built.body_char_start) == (None, 0)
    assert "no_title" in built.quality_flags


def test_a_stated_title_is_not_repeated_where_the_text_starts_with_it() -> None:
    built = article(f"Town votes for fee!\n\n{BODY}", media_type="text/html", title="Town votes for fee")
    assert built.text == f"Town votes for fee!\n\n{BODY.strip()}"
    assert built.title == "Town votes for fee!"


def test_a_byline_below_the_headline_leaves_the_text() -> None:
    built = article(f"Town votes for fee\n\nBy Ada Osei and Émile de la Cruz\n\n{BODY}")
    assert built.byline == "Ada Osei and Émile de la Cruz"
    assert body(built) == BODY.strip()


def test_a_paragraph_that_begins_with_by_further_down_stays() -> None:
    text = f"Town votes for fee\n\n{BODY}\nBy Friday Noon\n\nThe end."
    assert "By Friday Noon" in article(text).text


# Dates


@pytest.mark.parametrize(
    ("opening", "date"),
    [
        ("PARIS, July 11, 2021 (Wire) — It rained.", "2021-07-11"),
        ("YAOUNDÉ, May 13 2022 (IPS) - It rained.", "2022-05-13"),
        ("Port Calder, Merrow, 6 March 2024 – It rained.", "2024-03-06"),
        ("CAIRO - 26 July 2022: It rained.", "2022-07-26"),
        ("NEW YORK, LONDON and OSLO, July 11, 2021 /PRWire-Asia/ -- It rained.", "2021-07-11"),
        ("MUMBAI, India, July 11, 2021/PRWire-Asia/ It rained.", "2021-07-11"),
        ("Wednesday, March 6, 2024\n\nIt rained.", "2024-03-06"),
        ("Tuesday, March 5, 2024\n\nIt rained.", "2024-03-05"),
    ],
)
def test_a_dateline_gives_the_date_and_stays_in_the_text(opening: str, date: str) -> None:
    built = article(f"Town votes for fee\n\n{opening} {BODY}")
    assert (built.published_date, built.date_method) == (date, "dateline")
    assert body(built).startswith(opening[:10])


def test_a_dateline_without_a_year_never_invents_one() -> None:
    built = article(f"Town votes for fee\n\nPARIS, July 11 (Wire) — It rained. {BODY}")
    assert (built.published_date, built.date_method) == (None, "none")
    assert "no_date" in built.quality_flags


def test_a_dateline_takes_its_year_from_an_address_that_agrees() -> None:
    text = f"PARIS, Dec. 31 (Wire) — It rained. {BODY}"
    assert article(f"https://x.example/2022/01/rain\n\n{text}").published_date == "2021-12-31"
    assert article(f"https://x.example/2022/07/rain\n\n{text}").published_date is None


@pytest.mark.parametrize("name", ["2024-03-06_fee.txt", "20240306.txt", "fee-2024.03.06.html.gz", "b/fee_2024-3-6.md"])
def test_a_file_name_gives_the_date(name: str) -> None:
    built = article(BODY, uri=name)
    assert (built.published_date, built.date_method) == ("2024-03-06", "filename")


def test_the_header_goes_before_meta_dateline_and_file_name() -> None:
    text = f"Town votes for fee\n\nPARIS, July 11, 2021 (Wire) — It rained. {BODY}"
    assert article(f"date: 2020-01-01\n{text}", uri="20240306.txt", published_date="2019-01-01").date_method == "header"
    assert article(text, uri="20240306.txt", published_date="2019-01-01T10:00:00Z").published_date == "2019-01-01"
    assert article(text, uri="20240306.txt").published_date == "2021-07-11"


def test_a_date_of_two_readings_is_none_and_flagged() -> None:
    built = article(f"Title: Town votes\nDate: 03/04/2024\n\n{BODY}")
    assert built.published_date is None
    assert {"ambiguous_date", "no_date"} <= set(built.quality_flags)
    assert "03/04/2024" not in built.text


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("13/04/2021", "2021-04-13"),
        ("04/13/2021", "2021-04-13"),
        ("04/04/2021", "2021-04-04"),
        ("11.07.2021", "2021-07-11"),
        ("Sept. 3rd, 2021 10:30 PM EST", "2021-09-03"),
        ("Sept. 3, 2021 (updated Sept. 4, 2021)", "2021-09-03"),
        ("Sun, 11 Jul 2021 23:30:00 -0500", "2021-07-11"),
        ("1626000000000", "2021-07-11"),
        ("1626000000", "2021-07-11"),
        ("1709121212", "2024-02-28"),
        ("2024031512", "2024-03-15"),
        ("202403151230", "2024-03-15"),
        ("20240315123059", "2024-03-15"),
        ("20240315123059123", "2024-03-15"),
        ("20240315123059.0Z", "2024-03-15"),
        ("20240315123059+0100", "2024-03-15"),
        ("2024031599", None),
        ("2024130112", None),
        ("2024031512000", None),
        ("3125550142", None),
        ("0000000000", None),
        ("11 juillet 2021", "2021-07-11"),
        ("2021-13-01", None),
        ("2021-02-30", None),
        ("0205-01-01", None),
        ("3021-01-01", None),
        ("yesterday", None),
        ("May 2021", None),
        ("03/04/2021", None),
        ("", None),
    ],
)
def test_stated_dates(stated: str, iso: str | None) -> None:
    assert parse_date(stated) == iso
    assert is_ambiguous(stated) == (stated == "03/04/2021")


@pytest.mark.parametrize(
    ("stated", "iso", "precision"),
    [
        ("2021-07-11", "2021-07-11", "day"),
        ("March 2021", "2021-03-01", "month"),
        ("Sept. 2021", "2021-09-01", "month"),
        ("2021-03", "2021-03-01", "month"),
        ("2021", "2021-01-01", "year"),
        ("2021-13", None, None),
        ("03/2021 or so", None, None),
        ("03/04/2021", None, None),
    ],
)
def test_a_month_or_year_is_its_first_day_and_says_so(stated: str, iso: str | None, precision: str | None) -> None:
    built = article(BODY, media_type="application/json", published_date=stated)
    assert (built.published_date, built.date_precision) == (iso, precision)
    assert built.date_method == ("meta" if iso else "none")


def test_a_day_found_elsewhere_goes_before_a_month_that_is_stated() -> None:
    built = article(BODY, uri="2021-03-09_a.json", media_type="application/json", published_date="March 2021")
    assert (built.published_date, built.date_method, built.date_precision) == ("2021-03-09", "filename", "day")


# Fields, flags, refusals


def test_what_the_container_states_fills_the_columns() -> None:
    built = article(
        BODY, media_type="application/x-ndjson", byline="By Ada Osei", publisher=" Wire\n", language="EN-gb", section=""
    )
    assert (built.byline, built.publisher, built.language, built.section) == ("Ada Osei", "Wire", "en", None)


def test_a_publisher_with_a_small_article_is_the_one_with_a_capital() -> None:
    stated = ("the Gazette", "The Gazette", "theGazette", "the harbour blog")
    assert [article(BODY, media_type="application/x-ndjson", publisher=name).publisher for name in stated] == [
        "The Gazette", "The Gazette", "theGazette", "the harbour blog",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "stated", "byline"),
    [
        ("de", "Von Ada Osei, dpa", "Ada Osei, dpa"),
        ("en", "Von Miller", "Von Miller"),
        ("en", "Ada Osei,", "Ada Osei"),
        ("en", " ,", None),
    ],
)
def test_a_byline_loses_its_by_in_the_language_of_the_text(language: str, stated: str, byline: str | None) -> None:
    texts = {"de": "Der Rat der Stadt hat am Mittwoch beschlossen, dass die Fähre wieder fährt. " * 3, "en": BODY}
    assert article(texts[language], byline=stated).byline == byline


@pytest.mark.parametrize("above", ["MEDIA RELEASE PR67257", "FOR IMMEDIATE RELEASE", "Press release"])
@pytest.mark.parametrize("source", ["", "Source: Calder Cranes Ltd\n"])
def test_what_stands_above_the_headline_of_a_release_is_none(above: str, source: str) -> None:
    built = article(f"{source}{above}\nCalder Cranes opens a second yard\n\n{BODY}")
    assert built.title == "Calder Cranes opens a second yard"
    assert built.publisher == ("Calder Cranes Ltd" if source else None)


def test_short_texts_and_replacement_characters_are_flagged() -> None:
    assert {"short_text", "replacement_characters"} <= set(article("Caf\ufffd closed.").quality_flags)
    assert not {"short_text", "replacement_characters", "unbalanced_quotes"} & set(article(BODY).quality_flags)


def test_a_mark_without_a_partner_is_flagged() -> None:
    assert "unbalanced_quotes" in article(BODY + "\n\n“One, he said.").quality_flags


@pytest.mark.parametrize("text", ["", " \n ", "Title: Town votes\nDate: 2024-03-06\n", "—\n\n* * *"])
def test_a_record_without_a_body_is_refused(text: str) -> None:
    refused = build_article(raw(text))
    assert isinstance(refused, Reject)
    assert (refused.stage, refused.reason, refused.record_index) == ("articles", "no_text", 0)


def test_the_same_record_gets_the_same_id_and_another_record_another() -> None:
    first, again = article(BODY), article(BODY.upper())
    assert first.article_id == again.article_id
    assert article(BODY, uri="b.txt").article_id != first.article_id


def test_the_day_of_the_crawl_is_the_last_resort() -> None:
    crawled = {"crawled_at": "2021-07-12T03:04:05Z"}
    built = article(BODY, **crawled)
    assert (built.published_date, built.date_method) == ("2021-07-12", "crawl")
    assert article(f"date: 2021-07-11\n\n{BODY}", **crawled).date_method == "header"


def test_a_member_of_an_archive_is_dated_by_its_own_name() -> None:
    packed = raw(BODY, uri="2020-01-01 all.zip")
    built = build_article(replace(packed, record_key="week/2021-07-11 fee.txt#0"))
    assert isinstance(built, Article)
    assert (built.published_date, built.date_method) == ("2021-07-11", "filename")


def test_a_list_of_addresses_is_no_article() -> None:
    addresses = [f"https://gazette.example/{number}" for number in range(9)]
    refused = build_article(raw("\n".join(["Sources", *addresses])))
    assert isinstance(refused, Reject)
    assert refused.reason == "not_an_article"
    assert isinstance(build_article(raw(f"{BODY}\n\n" + "\n\n".join(addresses[:4]))), Article)


def test_a_byline_behind_the_points_and_notes_of_an_agency_leaves_the_text() -> None:
    points = "(Adds vote)\n\n* Board votes nine to four\n\nBy Ada Osei and Ben Ito\n\nPORT CALDER, July 11 (Reuters) - "
    built = article(f"{points}{BODY}", title="UPDATE 1-Crane saved")
    assert built.byline == "Ada Osei and Ben Ito"
    assert body(built).split("\n\n")[:2] == [
        "* Board votes nine to four",
        f"PORT CALDER, July 11 (Reuters) - {BODY.split(chr(10), maxsplit=1)[0]}",
    ]


def test_a_stated_byline_that_the_text_repeats_leaves_it_and_stays_as_stated() -> None:
    for line in ("Ada OSEI", "By Ada Osei", "par Ada Osei"):
        built = article(f"{line}\n\n{BODY}", media_type="text/html", title="Crane saved", byline="Ada Osei")
        assert (body(built).split(" ")[0], built.byline) == ("The", "Ada Osei")
    quoted = article(f"{BODY}\n\nAda Osei stays.", media_type="text/html", title="Crane saved", byline="Ada Osei")
    assert body(quoted).endswith("Ada Osei stays.")


@pytest.mark.parametrize(
    ("stated", "place"),
    [
        ("Port Calder, July 11, 2021 (AFP) -", "Port Calder"),
        ("PORT CALDER, July 11", "PORT CALDER"),
        ("GROSSETO, Italy (AP)", "GROSSETO, Italy"),
        ("Hamburg (APA/dpa)", "Hamburg"),
        ("CALDER 11/07 (BELGA)", "CALDER"),
        ("Port Calder", "Port Calder"),
        ("n2:GB", None),
    ],
)
def test_a_field_for_the_dateline_gives_its_place_where_the_text_has_none(stated: str, place: str | None) -> None:
    assert article(BODY, media_type="text/html", dateline_place=stated).dateline_place == place
    own = f"LIMA, July 11 (Reuters) - {BODY}"
    assert article(own, media_type="text/html", dateline_place=stated).dateline_place == "LIMA"
