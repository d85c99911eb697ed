"""Who is who in one article, and who said each of its quotations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from transforms import ids
from transforms.records import Annotation, Article, ArticleEntity, Quotation, Resolution
from transforms.resolve import gender, organizations, people, places, pronouns, roles
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.context import Context
from transforms.resolve.locate import locate
from transforms.resolve.mention_repair import read_names, settle_types
from transforms.resolve.references import count_references
from transforms.resolve.speakers import SpeakerFinder
from transforms.resolve.view import ArticleView


def resolve_article(article: Article, annotation: Annotation, quotations: Sequence[Quotation]) -> Resolution:
    """The entities of one article and one Speaker a quotation; depends on nothing but the arguments."""
    names = read_names(article.text, annotation, quotations)
    clusters = cluster_names(names, article)
    home = {id(name): cluster for cluster in clusters for name in cluster.names}
    persons = [cluster for cluster in clusters if cluster.entity_type == "person"]
    context = Context(article.text, annotation.sentences, quotations)
    state_roles(persons, context)
    gender.decide_genders(persons, context)
    view = ArticleView(context, names, home)
    finder = SpeakerFinder(article, view, pronouns.read_discourse(context, persons))
    found = [finder.find(quotation) for quotation in quotations]
    alone = [who[0] if speaker.entity_id else None for speaker, who in found]
    members = mention_members(annotation, quotations, clusters, alone)
    speaking = {cluster for _, who in found for cluster in who}
    used = [c for c in (*clusters, *view.made.values()) if members.get(c) or c in speaking]
    return Resolution(article_entities(used, members, article.text), tuple(speaker for speaker, _ in found))


def cluster_names(names: Sequence[Name], article: Article) -> list[Cluster]:
    """Every name in one cluster, each type by its own rules."""
    settle_types(names, article.text)
    by_type: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        by_type[name.entity_type].append(name)
    others = [name for kind in ("event", "work", "product", "law") for name in by_type[kind]]
    persons = people.cluster_people(by_type["person"], article.text, article.body_char_start, article.article_id)
    people.complete_from_text(persons, article.text, names, article.body_char_start)
    return [
        *persons,
        *organizations.cluster_organizations(by_type["organization"], article.text),
        *places.cluster_places(by_type["place"], locate(by_type["place"], article)),
        *places.cluster_groups(by_type["group"]),
        *places.cluster_others(others, article.text),
    ]


def state_roles(persons: Sequence[Cluster], context: Context) -> None:
    """Write down what the article says of each person right before and after the name."""
    for person in persons:
        for name in person.names:
            start, end = name.span
            if context.in_quote(start):  # what somebody calls a person is not what the article states
                continue
            before = roles.role_before(context.text, start)
            stated = (before, roles.role_after(context.text, end))
            person.roles |= dict.fromkeys(filter(None, stated))
            facts = (roles.party_and_place(context.text, end), roles.age(context.text, end))
            person.facts |= dict.fromkeys(filter(None, facts))


def mention_members(
    annotation: Annotation,
    quotations: Sequence[Quotation],
    clusters: Sequence[Cluster],
    speakers: Sequence[Cluster | None],
) -> dict[Cluster, list[int]]:
    """The mentions of each cluster by number: its names, its pronouns, and the descriptions it speaks under."""
    members: dict[Cluster, list[int]] = defaultdict(list)
    for cluster in clusters:
        members[cluster] = [name.mention for name in cluster.names if name.mention is not None]
    by_span = {span: cluster for cluster in clusters for span in cluster.pronouns}
    by_source = {q.source: cluster for q, cluster in zip(quotations, speakers, strict=True) if q.source and cluster}
    for number, mention in enumerate(annotation.mentions):
        if mention.mention_type == "name":
            continue
        meant = by_source.get(mention.span) or by_span.get(mention.span)
        if meant is not None:
            members[meant].append(number)
    return members


def article_entities(
    clusters: Sequence[Cluster], members: dict[Cluster, list[int]], text: str
) -> tuple[ArticleEntity, ...]:
    """The clusters as values, in text order; two that came to one id are one."""
    found: dict[str, ArticleEntity] = {}
    for cluster in clusters:
        entity = as_entity(cluster, members.get(cluster, []), text)
        other = found.get(entity.entity_id)
        found[entity.entity_id] = entity if other is None else united(other, entity)
    return tuple(found.values())


def as_entity(cluster: Cluster, mentions: Sequence[int], text: str) -> ArticleEntity:
    """One cluster as a value."""
    is_person = cluster.entity_type == "person"
    forms = (name.person.shown if is_person else name.text for name in cluster.names)
    aliases = {organizations.shown_name(form) for form in forms if form} - {cluster.shown}
    return ArticleEntity(
        entity_id=ids.entity_id(cluster.entity_type, cluster.key),
        name=cluster.shown,
        entity_type=cluster.entity_type,
        mentions=tuple(sorted(mentions)),
        aliases=tuple(sorted(aliases)),
        external_id=cluster.external_id,
        merge_rules=tuple(sorted(cluster.rules)),
        pronouns=count_references(cluster, text),
    )


def united(one: ArticleEntity, other: ArticleEntity) -> ArticleEntity:
    """Two entities of one id as one, under the first one's name."""
    return ArticleEntity(
        entity_id=one.entity_id,
        name=one.name,
        entity_type=one.entity_type,
        mentions=tuple(sorted({*one.mentions, *other.mentions})),
        aliases=tuple(sorted({*one.aliases, *other.aliases, other.name} - {one.name})),
        external_id=one.external_id or other.external_id,
        merge_rules=tuple(sorted({*one.merge_rules, *other.merge_rules})),
        pronouns={word: n + other.pronouns[word] for word, n in one.pronouns.items()},
    )
