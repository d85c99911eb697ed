from __future__ import annotations

import pytest

from transforms.resolve import lexicon
from transforms.resolve.role_titles import role_title
from transforms.resolve.roles import clean_role, role_after, role_before
from transforms.tables import ROLE_TITLES


@pytest.mark.parametrize(
    ("phrase", "role", "title"),
    [
        ("When President", "President", "president"),
        ("president.", "president", "president"),
        ("today a teacher", "teacher", "teacher"),
        ("SEN.", "Sen.", "senator"),
        ("OFFICE OF SEN.", "Sen.", "senator"),
        ("WASHINGTON D C Senator", "Senator", "senator"),
        ("lawyer for President", "President", "president"),
        ("spokeswoman for the governor", "spokeswoman for the governor", "spokesperson"),
        ("Another Democrat, Norland strategist", "Democrat", "politician"),
        ("president of the exporters' association said", "president of the exporters' association", "president"),
        ("research fellow at Norland University’s A", "research fellow", "scholar"),
        ("chief counsel for Mr", "chief counsel", "lawyer"),
        ("HUD secretary.", "HUD secretary", "secretary"),
        ("Ada Osei/AP Norland Gov.", "Norland Gov.", "governor"),
        ("Secretary of State", "Secretary of State", "secretary"),
        ("vice president of the Teal Group", "vice president of the Teal Group", "vice president"),
        ("Norland Attorney General", "Norland Attorney General", "attorney general"),
        ("chief executive officer of Avalon", "chief executive officer of Avalon", "chief executive"),
        ("CEO", "CEO", "chief executive"),
        ("chief of criminal investigation at the U", "chief of criminal investigation", "head"),
        ("Club for Growth President", "Club for Growth President", "president"),
        ("U.S. solicitor general", "U.S. solicitor general", "lawyer"),
        ("chief privacy officer", "chief privacy officer", "executive"),
        ("just a candidate", "candidate", "candidate"),
        ("trained nurse", "trained nurse", "nurse"),
        ("through a spokesman", None, None),
        ("man", None, None),
        ("is likewise a teacher", None, None),
        ("same lawyer", "lawyer", "lawyer"),
        ("Chief Veterinary Officer", "Chief Veterinary Officer", "executive"),
        ("longtime friend", "longtime friend", None),
        ("recalled as ambassador in May after falling out of favor", None, None),
        ("if he’s elected president", None, None),
    ],
)
def test_a_role_is_cut_at_its_ends_and_counts_by_its_title(phrase: str, role: str | None, title: str | None) -> None:
    assert clean_role(phrase) == role
    assert role_title(role) == title


@pytest.mark.parametrize(
    ("before", "role"),
    [
        ("It wants a leader. ", ""),
        ("It thanked Gov. ", "Gov."),
        ("One major ", ""),
        ("It thanked retired Maj. ", "retired Maj."),
        ("It thanked special counsel ", "special counsel"),
        ("It thanked the mayor's ", ""),
        ("He left the Department of Justice ", ""),
        ("It thanked Demand Justice ", ""),
        ("It thanked Chief Justice ", "Chief Justice"),
        ("It thanked future Interior Minister ", "future Interior Minister"),
        ("It thanked Club for Growth President ", "Club for Growth President"),
    ],
)
def test_the_role_before_a_name(before: str, role: str) -> None:
    assert role_before(f"{before}Ada Lind said no.", len(before)) == role


def test_a_clause_that_begins_after_a_name_is_no_role() -> None:
    assert role_after("For Lind, the first-time candidate has tried", 8) == ""
    assert role_after("For Lind, a first-time candidate, it is", 8) == "first-time candidate"


def test_the_vocabulary_is_that_of_the_tables() -> None:
    assert tuple(line.partition(":")[0] for line in lexicon.data_lines("role_titles.txt")) == ROLE_TITLES
