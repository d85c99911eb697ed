"""The tables of rules in docs/resolution.md, made from their declarations."""

from __future__ import annotations

import re

from transforms.resolve.rules import LINK_RULES, NAME_RULES, SPEAKER_RULES, Rule


def rule_tables() -> str:
    """The block between the markers ``rules`` of docs/resolution.md."""
    parts = ["### Names of one entity in an article", table(NAME_RULES, "one entity")]
    parts += ["### Speakers", table(SPEAKER_RULES, "answer", with_chance=True)]
    parts += ["### Entities of one data set", table(LINK_RULES, "result")]
    return "\n\n".join(parts)


def table(rules: tuple[Rule, ...], answer: str, *, with_chance: bool = False) -> str:
    """Rules as Markdown rows, the source of a quotation in bold and names in italics."""
    heads = ["rule", "what it says", "example", answer, *(["chance"] if with_chance else [])]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for rule in rules:
        cells = [f"`{rule.name}`", rule.says, shown(rule.example), rule.answer]
        cells += [f"{rule.chance:.2f}"] if with_chance else []
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def shown(example: str) -> str:
    """An example as Markdown for one cell."""
    named = re.sub(r"\{(?:\w+\|)?([^}]*)\}", r"_\1_", example)
    return re.sub(r"<([^>]*)>", r"**\1**", named).replace("\n\n", " ¶ ")
