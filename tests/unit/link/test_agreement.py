"""Whether those who quote a saying give it to one speaker."""

from __future__ import annotations

import pytest

from transforms.link.agreement import Claim, speaker_agreement


def person(name: str, *, is_outright: bool = True) -> Claim:
    return Claim(f"e-{name}", name, "person", is_outright)


def body(name: str) -> Claim:
    return Claim(f"e-{name}", name, "organization", True)


@pytest.mark.parametrize(
    ("claims", "agreement"),
    [
        ([], "unknown"),
        ([person("Ada Lind")], "agreed"),
        ([person("Ada Lind"), person("Lind")], "agreed"),
        ([person("Ada Lind"), person("Ada Maria Lind")], "agreed"),
        ([person("Ada Lind"), person("Bea Lind")], "agreed"),  # “Lind said”, and the wrong Lind was found
        ([person("Ada Lind"), person("Bo Reyes")], "disputed"),
        ([person("Ada Lind"), person("Lind"), person("Bo Reyes", is_outright=False)], "uncertain"),
        ([person("Ada Lind"), body("Harbour Board")], "agreed"),  # she speaks for it
        ([body("Harbour Board")], "agreed"),
        ([body("Harbour Board"), body("Tide Bank")], "uncertain"),
    ],
)
def test_agreement(claims: list[Claim], agreement: str) -> None:
    assert speaker_agreement(claims) == agreement
    assert speaker_agreement(claims[::-1]) == agreement
