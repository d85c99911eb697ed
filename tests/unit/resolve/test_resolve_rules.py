from __future__ import annotations

import re

import pytest

from flows.link import rules as link_rules
from tests.unit.resolve.marked import resolve_marked
from transforms.resolve.rules import LINK_RULES, NAME_RULES, SPEAKER_RULES, Rule

WITH_EXAMPLE = [rule for rule in SPEAKER_RULES if rule.example]


@pytest.mark.parametrize("rule", NAME_RULES, ids=lambda rule: rule.name)
def test_name_rule_joins_its_example(rule: Rule) -> None:
    entity = max(resolve_marked(rule.example).entities, key=lambda entity: len(entity.mentions))
    names = {entity.name, *entity.aliases}
    assert names >= {name.strip() for name in rule.answer.split(" = ")}
    assert rule.name in entity.merge_rules


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.name)
def test_speaker_rule_answers_its_example(rule: Rule) -> None:
    byline = re.match(r"\(By (.+?)\) ", rule.example)
    speaker = resolve_marked(rule.example, byline=byline[1] if byline else None).speakers[-1]
    assert (speaker.name or speaker.status) == rule.answer
    assert speaker.confidence == pytest.approx(rule.chance)


@pytest.mark.parametrize("rules", [NAME_RULES, SPEAKER_RULES, LINK_RULES])
def test_rules_have_names_of_their_own(rules: tuple[Rule, ...]) -> None:
    assert len({rule.name for rule in rules}) == len(rules)


def test_every_linking_rule_is_declared() -> None:
    in_sql = {name for rule in link_rules.RULES for name in re.findall(r"'(\w+)', \d", rule)}
    assert in_sql == {rule.name for rule in LINK_RULES} - {"correction_merge"}
