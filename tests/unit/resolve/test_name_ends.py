from __future__ import annotations

import pytest

from transforms.resolve.name_ends import without_glued, without_tail


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("Tom Lind (R-AR) Tuesday", "Tom Lind"),
        ("Tom Lind R AR", "Tom Lind"),
        ("Tom Lind R Ark", "Tom Lind"),
        ("Tom B Lind D N", "Tom B Lind"),
        ("Tom Lind D", "Tom Lind"),
        ("Tom Lind Tuesday", "Tom Lind"),
        ("Ada Lind Adelaide (Ada) Berta", "Ada Lind"),
        ("Ada Lind Ada Berta LindGOP", "Ada Lind"),
        ("Ada Berta LindGOP", "Ada Berta Lind"),
        ("Ada Lind2020", "Ada Lind"),
        ("Ada Lind Lind", "Ada Lind"),
        # Nothing amiss with these.
        ("Robert (Bob) Okoro", "Robert (Bob) Okoro"),
        ("Tuesday Lind", "Tuesday Lind"),
        ("Boutros Boutros-Ghali", "Boutros Boutros-Ghali"),
        ("Tamim bin Hamad Al Thani", "Tamim bin Hamad Al Thani"),
        ("Cindy McCain", "Cindy McCain"),
        ("Chuck D", "Chuck D"),
        ("Ada R Kansky", "Ada R Kansky"),
        ("John Paul I", "John Paul I"),
        ("JFK", "JFK"),
    ],
)
def test_a_name_ends_where_something_else_begins(mention: str, name: str) -> None:
    assert without_tail(mention) == name


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("Ada Berta LindholmHarbour", "Ada Berta Lindholm"),
        ("Ada LindholmBo Reyes", "Ada Lindholm"),
        ("Ada FitzGerald", "Ada FitzGerald"),
        ("AdaLindholm", "AdaLindholm"),
    ],
)
def test_a_headline_glued_to_a_name_is_no_part_of_it(mention: str, name: str) -> None:
    assert without_glued(mention, f"Lindholm sank. {mention} rose.") == name
