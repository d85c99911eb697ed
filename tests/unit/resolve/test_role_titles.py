from __future__ import annotations

import pytest

from transforms.resolve import lexicon
from transforms.resolve.role_titles import role_title
from transforms.resolve.roles import clean_role
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
        ("longtime friend", "longtime friend", None),
        ("recalled as ambassador in May after falling out of favor", None, None),
        ("if he’s elected president", None, None),
    ],
)
def test_a_role_is_cut_at_its_ends_and_counts_by_its_title(phrase: str, role: str | None, title: str | None) -> None:
    assert clean_role(phrase) == role
    assert role_title(role) == title


def test_the_vocabulary_is_that_of_the_tables() -> None:
    assert tuple(line.partition(":")[0] for line in lexicon.data_lines("role_titles.txt")) == ROLE_TITLES
