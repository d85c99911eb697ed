from __future__ import annotations

import pytest

from tests.unit.test_articles import BODY, article, body
from transforms.furniture import is_furniture, take_furniture, without_link_cards

STORY = ["The council voted on Wednesday.", "“A good evening,” said Josef Adeyemi."]


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "Advertisement:",
        "Story continues below advertisement",
        "Continue Reading Below",
        "Read more: Which harbour charges most?",
        "RELATED: Ferries sail again",
        "( PHOTOS: Ten ships of the year)",
        "Related Coverage Town votes for a fee",
        "JUST WATCHED Ships leave Replay More Videos ... MUST WATCH Ships leave 03:34",
        "Click here to read the whole list",
        "Follow Ada Osei on Twitter: @adaosei",
        "You can follow us on Facebook and Instagram.",
        "Facebook Twitter Pinterest",
        "Share this article",
        "Sign up for our morning newsletter and never miss a ship.",
        "Get the latest harbour news delivered to your inbox.",
        "Download our free app for more.",
        "Leave a comment",
        "12 comments",
        "Join the conversation",
        "What do you think? Tell us in the comments below.",
        "Write to Ada Osei at ada.osei@gazette.example",
        "(Reporting by Ada Osei in Port Calder; Editing by Bo Lind and Cy Marr)",
        "Additional reporting by Bo Lind.",
        "Associated Press writer Bo Lind in Ardenby contributed to this report.",
        "Contributing: Bo Lind, The Gazette",
        "Copyright © 2024 The Gazette, LLC. All rights reserved.",
        "© 2024 The Gazette",
        "FILE - In this May 5, 2020, file photo, a ship leaves the harbour.",
        "The harbour in the spring of 2019. (Ada Osei/Reuters)",
        "The mayor on the quay. Photo: Bo Lind/Getty Images",
        "Photo: Ada Osei",
        "Enlarge this image toggle caption Ada Osei/Getty Images",
        "Getty Images",
        "SEE RELATED: Ferries sail again",
        "Read: Will the ferries ever sail?",
        "• AP staff writer Bo Lind contributed to this report.",
        "- Follow the Gazette on Twitter: @gazette",
        "The quay in June (Reuters photo: Ada Osei)",
        "The mayor speaks in Ardenby on Saturday. Ada Osei/AFP/Getty Images",
        "- Updated at 9:34 a.m.",
        "Reuters and The Associated Press contributed.",
        "Associated Press writer Bo Lind contributed reporting from Ardenby, Merrow.",
        "Town loses patience with its ships Read more",
        "Slideshow (5 Images)",
        "Follow @adaosei Follow @gazette",
        "Lind reported from Ardenby.",
        "— With assistance by Bo Lind, Cy Marr, and Di Nord",
        "The quay in March. REUTERS/ Ada Osei",
        "The mayor Photographer: Bo Lind/Bloomberg",
    ],
)
def test_a_line_that_is_no_part_of_the_story_is_taken_out(line: str) -> None:
    taken = take_furniture([STORY[0], line, STORY[1]])
    assert taken.body == STORY
    assert (taken.correction, taken.n_chars_removed) == (None, len(line))


@pytest.mark.parametrize(
    "sentence",
    [
        "Advertisements for the cruise stood on every wall.",
        "Read more than one book about the harbour, the teacher said.",
        "Related companies were fined as well.",
        "More from the fund went to the ferries than to the quay.",
        "Follow the money, the auditor told the council.",
        "Like Ms. Osei on Twitter, the mayor was silent.",
        "“Follow me on Twitter,” she said.",
        "Reporting by the Gazette showed that nobody had paid.",
        "Reporting by ProPublica found that nobody had paid.",
        "Writing by hand is slow.",
        "Copyright law is no help, the judge said.",
        "Bo Lind contributed to the fund.",
        "The report was updated on Friday, the ministry said.",
        "A previous version of the bill was wrong, the senator said.",
        "“Correction: the fee is four crowns,” he shouted.",
        "The company (Reuters first reported the deal) paid.",
        "General Motors Corp (GM.N) rose 3 percent.",
        "Comment was not to be had from the ministry.",
        "Photo shops have closed in town.",
        "Updated rules for ships take effect on Monday, and every captain has been told of them by post.",
        "Join the navy, they told him.",
        "Get the boats out, he said.",
        "Lind reported from the quay that nobody had paid.",
        "Five years ago the fee was three crowns.",
        "Reuters:",
        "More from Osei:",
        "Twitter",
        "* * *",
    ],
)
def test_a_sentence_of_the_story_stays(sentence: str) -> None:
    assert take_furniture([STORY[0], sentence, STORY[1]]).body == [STORY[0], sentence, STORY[1]]


@pytest.mark.parametrize(
    "note",
    [
        "Correction: The fee is four crowns, not five.",
        "CORRECTION (March 6): An earlier version of this story misstated the fee.",
        "An earlier version of this article misspelled the mayor’s name.",
        "UPDATE: This story has been updated to include what the mayor said.",
        "(This version of the story corrects the fee in paragraph 2)",
        "(Corrects spelling of Adeyemi in paragraph 3)",
        "[Editor’s note: The original version of this story misspelled a name.]",
    ],
)
def test_what_a_correction_says_is_kept(note: str) -> None:
    built = article(f"Town votes for fee\n\n{BODY}\n\n{note}")
    assert body(built) == BODY.strip()
    assert (built.correction, built.n_chars_removed) == (note, len(note))


def test_the_time_of_an_update_is_no_correction() -> None:
    taken = take_furniture([*STORY, "Updated at 2:01 p.m. ET"])
    assert (taken.body, taken.correction) == (STORY, None)


def test_a_text_of_nothing_but_furniture_is_left_as_it_is() -> None:
    lines = ["Photo: Ada Osei", "Advertisement"]
    assert take_furniture(lines) == (lines, None, 0)


def test_a_credit_behind_the_last_sentence_stays_with_it() -> None:
    assert not is_furniture("The ship left. (Reporting by Ada Osei)")


@pytest.mark.parametrize(
    "line",
    [
        "ao/bi/gd",
        "EFE",
        "(ANSA).",
        "Enditem",
        "((ada.osei@tr.example; +44 20 7542 0000;))",
        "(END) Dow Jones Newswires",
    ],
)
def test_what_agencies_sign_with_is_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize("line", ["Ao/Bi is a duo.", "and/or it stays", "The AP", "It ends."])
def test_what_looks_like_a_signature_in_part_is_none(line: str) -> None:
    assert not is_furniture(line)


CARD_CASES = {
    "Sen. Ada Osei Ada Mary OseiHarbour vote put off 2020 talks begin | Port late MORE (D-Calder) said no.": (
        "Sen. Ada Osei (D-Calder) said no."
    ),
    "Sens. Lena Ruiz Magdalena (Lena) RuizFerry 'late' again MORE and Bo Lind Bo LindFog delays it MORE’s aide left.": (
        "Sens. Lena Ruiz and Bo Lind’s aide left."
    ),
    "Mayor Carl de Wit Carl Jan de Wit2020 budget falls The Memo: Who pays? MORE, who left": (
        "Mayor Carl de Wit, who left"
    ),
    "Ada OseiAda OseiHarbour vote put off again MORE (D) left.": "Ada Osei (D) left.",
    "Speaker Paul Hahn Paul David Hahn Retirees should say 'no' Calder dresses up MORE (R) said so.": (
        "Speaker Paul Hahn (R) said so."
    ),
}


@pytest.mark.parametrize("shown", CARD_CASES)
def test_links_shown_for_a_name_are_taken_out_of_the_sentence(shown: str) -> None:
    assert without_link_cards(shown) == CARD_CASES[shown]
    assert take_furniture([shown]).n_chars_removed == len(shown) - len(CARD_CASES[shown])


@pytest.mark.parametrize(
    "told",
    [
        "Osei told Osei Shipping that it wants MORE SHIPS.",
        "Press Room Press Room News Releases LIND ANNOUNCES MORE THAN ONE MILLION FOR PORTS",
        "Ada Osei and Bo OseiLind wrote that the town needs more.",
        "READ MORE",
        "Ada Osei asked for MORE.",
    ],
)
def test_other_capitals_stay(told: str) -> None:
    assert without_link_cards(told) == told
