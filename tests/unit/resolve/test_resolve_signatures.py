"""A signature after a quotation whose source the annotator did not find."""

from __future__ import annotations

import pytest

from tests.unit.resolve.marked import resolve_marked


@pytest.mark.parametrize(
    "signed", ["“No.” ― {Ada Lind}", "“No.”\n\n— {Ada Lind}", "“No.” – {Ada Lind}, the mayor, on “Harbour Hour.”"]
)
def test_the_signature_speaks(signed: str) -> None:
    assert resolve_marked(signed).speakers[-1].name == "Ada Lind"


@pytest.mark.parametrize(
    "text",
    [
        "They call it “the squad” – {Ada Lind}, {Bo Reyes}, and two more members from the outer islands, all of whom "
        "had voted against the quay in spring.",
        "“They must leave,” said the mayor. “No.” — {Ada Lind} (@lind) May 21, 2016",
        "“No.” — Reuters",
    ],
)
def test_a_name_that_does_not_end_its_line_is_no_signature(text: str) -> None:
    assert resolve_marked(text).speakers[-1].name is None
