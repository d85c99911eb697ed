"""Closed lists of English words that the rules around the model go by, all in lower case."""

from __future__ import annotations


def word_set(words: str, separator: str | None = None) -> frozenset[str]:
    """The words of a list that is written with white space, or with a separator, between them."""
    return frozenset(words.split(separator))


PRONOUNS = word_set(
    """
    all another anyone both everyone few he her hers herself him himself his i it its itself many me mine most
    my myself nobody one others our ours ourselves several she some someone that their theirs them themselves
    these they this those us we which who whom whose you your yours
    """
)
ARTICLES = word_set(
    """
    a an the
    """
)
ORGANIZATION_NOUNS = word_set(
    """
    administration agency army assembly association authority bank board bureau campaign chamber commission
    committee company congress corporation council court department firm foundation government group hospital
    house institute ministry network newspaper office organisation organization panel paper party police team
    union university
    """
)
WORK_NOUNS = word_set(
    """
    article blog book column complaint data document editorial email filing film interview lawsuit letter memo
    note poll post release report statement story study survey tweet video
    """
)
GROUP_NOUNS = word_set(
    """
    activists advisers advisors aides allies analysts authorities citizens conservatives critics democrats
    diplomats economists experts families fans historians immigrants investigators journalists lawmakers lawyers
    leaders liberals locals members men observers officers officials opponents parents people politicians
    pollsters prosecutors protesters pundits reporters republicans researchers residents scholars scientists
    sources strategists students supporters sympathizers voters witnesses women workers
    """
)
# Abbreviations before which nothing is decided by the next word: a name follows.
TITLES = word_set(
    """
    adm amb assoc asst atty br capt cmdr col cols cpl det dr drs fr ft gen gens gov govs hon insp lt maj messrs
    mlle mme mr mrs ms msgr mt pres prof profs pvt rep reps rev sec sen sens sgt sr st ste supt treas
    """
)
# Abbreviations that a number or a lower-case word usually follows; a capital after them begins a sentence.
ABBREVIATIONS = word_set(
    """
    a.m al ala approx apr ariz ark assn aug ave b.a blvd bros ca calif cf co colo conn corp d.c dec del dept e.g
    e.u ed eds esq est etc feb fig fla fri ga hwy i.e ill inc ind jan jr jul jun kan ky l.a la llc ltd ltda m.a
    m.d mar mass md mich minn miss mo mon mont mph n.c n.j n.v n.y neb nev no nos nov oct okla ore p p.m pa penn
    ph.d plc pp rd s.a s.c sat sep sept sq sr sun tenn tex thu thur thurs trans tue tues u.k u.n u.s u.s.a univ
    v va vol vs vt wash wed wis wyo
    """
)
# Never the last word of a sentence: what follows belongs to them even with a capital.
BINDING_ABBREVIATIONS = word_set(
    """
    approx apr aug ca cf dec e.g feb fig i.e jan jul jun mar no nos nov oct pp sep sept v vol vs
    """
)
# What stands behind "8 p.m.", in capitals.
TIME_ZONES = word_set(
    """
    bst cdt central cest cet cst ct eastern edt est et gmt ist mdt mountain mst mt pacific pdt pst pt utc
    """
)
SENTENCE_STARTERS = word_set(
    """
    a according after all also although among an and another as asked at before both but by despite dr during
    each earlier even for from he her here his how however i if in it its just last later many meanwhile most mr
    mrs ms my no not now on once one or other others our over she since so some still such that the their then
    there these they this those though to under until we what when where while who why with yet you
    """
)
