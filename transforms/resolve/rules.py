"""The rules by which names become one entity and quotations find their speakers: a page of a manual.

Each rule has examples that are tests (tests/unit/resolve/test_resolve_rules.py) and rows of the table in
docs/resolution.md. In an example {braces} hold a name mention (a person's unless a type is given before a bar),
<angles> the source of a quotation, and curly quotation marks its words; "(By ...)" at its start is the byline.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``chance`` is how often it is right where it names somebody.

    Measured on polnear/dev, but for rules that its few speakers do not touch, whose chance is a guess from reading.
    """

    name: str
    says: str
    example: str
    answer: str
    chance: float = 1.0


NAME_RULES = (
    Rule(
        "surname",
        "A surname alone is the person named in full with it; of several, the one that title, headline, "
        "frequency and nearness favour.",
        "{Ada Lind} resigned on Monday. {Lind} gave no reason.",
        "Ada Lind = Lind",
    ),
    Rule(
        "first_name",
        "A first name or its short form alone is the person named in full with it.",
        "{Robert Okoro} won. {Bob} danced all night.",
        "Robert Okoro = Bob",
    ),
    Rule(
        "family_name_first",
        "Where the family name comes first, it stands for the whole name.",
        "{Park Min-ji} spoke first. {Park} was brief.",
        "Park Min-ji = Park",
    ),
    Rule(
        "inner_name",
        "One of the inner names of a long name stands for it.",
        "{Luis Peralta Moreno} arrived. {Peralta} waved.",
        "Luis Peralta Moreno = Peralta",
    ),
    Rule(
        "misspelt_surname",
        "A long surname with one letter wrong is still that surname.",
        "{Ada Lindqvist} arrived. {Lindqist} waved.",
        "Ada Lindqvist = Lindqist",
    ),
    Rule(
        "name_variant",
        "Full names are one person's where surname, generation, first name (or its short form, or an initial) and "
        "middle initials agree.",
        "{Robert J. Okoro} won. {Bob Okoro} danced.",
        "Robert J. Okoro = Bob Okoro",
    ),
    Rule(
        "also_known_as",
        "Two names with “known as” between them are one person's.",
        "{Ada Lind}, better known as {Dusty Blue}, sang.",
        "Ada Lind = Dusty Blue",
    ),
    Rule(
        "full_name_in_text",
        "A surname takes the first name that the text has before it where no mention covers that.",
        "Zadie {Okoro} won the race. {Okoro} danced.",
        "Zadie Okoro = Okoro",
    ),
    Rule(
        "defined_acronym",
        "An acronym in brackets right after a name is that name's.",
        "{organization|Norland Harbour Board} ({organization|NHB}) met. {organization|NHB} adjourned.",
        "Norland Harbour Board = NHB",
    ),
    Rule(
        "ticker",
        "An exchange code in brackets right after a name is that company's.",
        "{organization|Norlink Corp} ({organization|NLK.N}) rose. {organization|NLK.N} fell.",
        "Norlink Corp = NLK.N",
    ),
    Rule(
        "acronym",
        "An acronym is the one name of the article whose initials it is.",
        "{organization|Bureau of Tides} was founded late. The {organization|BoT} met.",
        "Bureau of Tides = BoT",
    ),
    Rule(
        "known_acronym",
        "A widely known acronym is its full name.",
        "The {organization|FBI} came. {organization|Federal Bureau of Investigation} agents left.",
        "FBI = Federal Bureau of Investigation",
    ),
    Rule(
        "short_form",
        "The head of a name (“the Post”) or its distinctive start (“Brookings”) stands for the one name it fits.",
        "The {organization|Norland Post} printed it. The {organization|Post} stands by it.",
        "Norland Post = Post",
    ),
    Rule(
        "country_names",
        "Official, usual and short names of a country are one, under its ISO 3166 code.",
        "The {place|DPRK} answered. {place|North Korea} had waited.",
        "DPRK = North Korea",
    ),
    Rule(
        "place_names",
        "Names of one city or region are one, under its GeoNames id.",
        "{place|New York City} was first. {place|NYC} led. ({place|New York} may be the state.)",
        "New York City = NYC",
    ),
    Rule(
        "half_of_korea",
        "“The North” is North Korea in an article that names it.",
        "{place|North Korea} answered. The {place|North} had waited.",
        "North Korea = North",
    ),
)

SPEAKER_RULES = (
    Rule(
        "full_name",
        "The head of the source is a name.",
        "“No,” said <{Ada Lind}, a friend of {Bo Reyes}>.",
        "Ada Lind",
        0.98,
    ),
    Rule(
        "lone_name",
        "The name is a single word and nothing in the article completes it.",
        "“No,” said <{Melanie}>.",
        "Melanie",
        0.9,
    ),
    Rule(
        "organization",
        "An organisation, or a country, speaks under its name.",
        "“No,” said <the {organization|Harbour Board}>.",
        "Harbour Board",
        0.92,
    ),
    Rule(
        "transcript",
        "A name and a colon open a turn of speech.",
        "{Zoe Cooper} asked.\n\n<{COOPER}>: “Why?”",
        "Zoe Cooper",
        0.95,
    ),
    Rule(
        "apposed_name",
        "A description followed by its name is that name.",
        "“No,” said <the board’s director, {Ada Lind}>.",
        "Ada Lind",
        0.96,
    ),
    Rule(
        "apposition",
        "A description set between commas is the name right before it.",
        "Even {Ada Lind}, <the board’s director>, said “no.”",
        "Ada Lind",
        0.9,
    ),
    Rule(
        "signed", "A dash and a name after the closing mark sign a quotation.", "“No.” ― {Ada Lind}", "Ada Lind", 0.95
    ),
    Rule(
        "several_names",
        "Two names joined by “and” have no single voice.",
        "“No,” said <{Ada Lind} and {Bo Reyes}>.",
        "collective",
        0.9,
    ),
    Rule(
        "group", "A people, party or faith has no single voice.", "“No,” said <{group|Republicans}>.", "collective", 0.9
    ),
    Rule(
        "relative",
        "“who” and “which” mean the name right before them, or before its apposition.",
        "He met {Ada Lind}, now a judge, <who> said “no.”",
        "Ada Lind",
        0.9,
    ),
    Rule(
        "same_paragraph",
        "A quotation without a source keeps the speaker of the one before it in its paragraph.",
        "“No,” said <{Ada Lind}>. “Never.”",
        "Ada Lind",
        0.9,
    ),
    Rule(
        "next_paragraph", "So does one in the next paragraph.", "“No,” said <{Ada Lind}>.\n\n“Never.”", "Ada Lind", 0.75
    ),
    Rule(
        "open_quotation",
        "A mark that repeats one left open goes on with the quotation, and its speaker.",
        "",
        "",
        0.95,
    ),
    Rule(
        "pronoun_sure",
        "“he” or “she” where one person of that gender is far more salient than any other.",
        "{Ada Lind} resigned. “No,” <she> said.",
        "Ada Lind",
        0.94,
    ),
    Rule(
        "pronoun_likely",
        "… where one is rather more salient.",
        "{Ada Lind} resigned after {Eva Reyes} won. “No,” <she> said.",
        "Ada Lind",
        0.82,
    ),
    Rule("pronoun_weak", "… where two are about as salient: too unsure to name anybody.", "", "", 0.4),
    Rule(
        "body_pronoun",
        "“it” or “they” right after an organisation spoke; “it” also the organisation of the sentence before, and with "
        "“said” or “added” the one that spoke a few sentences before.",
        "“No,” said <the {organization|Harbour Board}>. “Never,” <it> said.",
        "Harbour Board",
        0.7,
    ),
    Rule(
        "goes_on",
        "“he added” is the speaker right before where no person is far more salient.",
        "",
        "",
        0.85,
    ),
    Rule(
        "quoted_self",
        "“I” inside a quotation is whoever is quoted.",
        "",
        "",
        0.85,
    ),
    Rule("byline", "“I” in an article by one author.", "(By Ada Lind) “No,” <I> said.", "Ada Lind", 0.85),
    Rule(
        "role",
        "The one person whose stated role goes with the description.",
        "Sen. {Ada Lind} met Gov. {Bo Reyes}. “No,” said <the senator>.",
        "Ada Lind",
        0.87,
    ),
    Rule(
        "role_nearest",
        "Of several such people, the one named last.",
        "Sen. {Ada Lind} met Sen. {Bo Reyes}. “No,” said <the senator>.",
        "Bo Reyes",
        0.6,
    ),
    Rule(
        "owned_role",
        "A role with an owner is the person stated to hold it for that owner.",
        "{Reyes} campaign manager {Ada Lind} left. “No,” said <{Reyes}’ campaign manager>.",
        "Ada Lind",
        0.8,
    ),
    Rule(
        "topic",
        "A description of a public figure varies the name of whom the last sentences are about.",
        "{Ada Lind} resigned. “No,” said <the Norland senator>.",
        "Ada Lind",
        0.68,
    ),
    Rule(
        "body_of",
        "Somebody's campaign, team or administration is an organisation of its own.",
        "{Ada Lind} resigned. “No,” said <{Lind}’s campaign>.",
        "Lind campaign",
        0.8,
    ),
    Rule(
        "head_of_name",
        "“the commission” is the one organisation whose name has that head: of the last sentences, else so far.",
        "The {organization|Harbour Commission} met. “No,” said <the commission>.",
        "Harbour Commission",
        0.8,
    ),
    Rule(
        "named_body",
        "A name before what it is a name of speaks for itself.",
        "“No,” said <the {organization|Norlink} news agency>.",
        "Norlink",
        0.9,
    ),
    Rule(
        "kind_of_name",
        "“the union” is the one association near, “the newspaper” the Times or Post, “the carmaker” what is called so.",
        "The {organization|Harbour Pilots Association} met. “No,” said <the union>.",
        "Harbour Pilots Association",
        0.65,
    ),
    Rule(
        "only_body",
        "“the company” is the only organisation of the last sentences, else so far, that can be one: no ministry.",
        "{organization|Norlink} grew in {place|Norland}. “No,” said <the company>.",
        "Norlink",
        0.7,
    ),
    Rule(
        "speaking_body",
        "Of several organisations it is the one that spoke last, where no sentence since begins with another.",
        "{organization|Norlink} rose. “Yes,” said <{organization|Okoro Tides}>. “No,” said <the company>.",
        "Okoro Tides",
        0.7,
    ),
    Rule(
        "owned_document",
        "A statement, letter or report speaks for its owner.",
        "“No,” read <{Ada Lind}’s letter>.",
        "Ada Lind",
        0.75,
    ),
    Rule(
        "letter_from",
        "A letter or statement from somebody speaks for whom it is from.",
        "“No,” read <a letter from {Ada Lind}>.",
        "Ada Lind",
        0.75,
    ),
    Rule(
        "ruling",
        "A ruling or opinion is that of the court named last.",
        "The {organization|Norland Court of Appeals} met. “No,” read <the ruling>.",
        "Norland Court of Appeals",
        0.65,
    ),
    Rule(
        "same_document",
        "“the report” speaks for whom the article says that the last report was by, or was quoted from it.",
        "“No,” said <the {organization|Harbour Board}> in a report. “Never,” <the report> said.",
        "Harbour Board",
        0.9,
    ),
    Rule(
        "indefinite",
        "“a senior official” is anonymous, and so is whoever is described by what he knows.",
        "{Ada Lind} left. “No,” said <the source briefed on it>.",
        "anonymous",
        0.9,
    ),
    Rule(
        "unnamed_role",
        "So is a role that nobody in the article holds.",
        "“No,” said <her former driver>.",
        "anonymous",
        0.6,
    ),
    Rule(
        "unnamed_pronoun",
        "“he” or “she” that means somebody unnamed.",
        "{Bo Reyes} won. “No,” said <my father>. “Never,” <he> said.",
        "anonymous",
        0.5,
    ),
    Rule("plural", "“critics” are many.", "“No,” said <critics>.", "collective", 0.85),
    Rule(
        "plural_pronoun", "“they” and “we” that mean no organisation are many.", "“No,” <they> said.", "collective", 0.6
    ),
    Rule("unknown", "Anything else is left open rather than guessed.", "“No,” read <the sign>.", "unresolved", 0.5),
    Rule("nobody", "No source, and no quotation before it to continue.", "“No.”", "missing", 0.7),
)
LINK_RULES = (
    Rule(
        "gazetteer",
        "A name or alias of the user's list is that entity, unless two rows of one type share it.",
        "The list has Harbour Gazette with the alias Norland Gazette.",
        "Norland Gazette = Harbour Gazette",
    ),
    Rule(
        "name_variant",
        "Full names of one surname are one person's where the first names are forms of one name and no middle "
        "initials of the data set disagree.",
        "Mike Okoro in one article, Michael Okoro in another.",
        "Mike Okoro = Michael Okoro",
    ),
    Rule(
        "dominant_surname",
        "A surname in an article that gives no first name is the person who bears it in at least five articles and "
        "in four of five articles where it is borne in full.",
        "Lind in one article; Ada Lind in five, and no other Lind.",
        "Lind = Ada Lind",
    ),
    Rule(
        "acronym_elsewhere",
        "An acronym never spelt out in its article is the name that nine of ten other articles give it.",
        "NHB in one article; Norland Harbour Board (NHB) in another.",
        "NHB = Norland Harbour Board",
    ),
    Rule(
        "same_core",
        "Names of organisations that differ by legal form (Inc, Corp, Group, Plc), “the”, case, spaces, punctuation or "
        "an exchange code alone are one, and so are “Department of Justice”, “Justice Department” and “Justice”; units "
        "keep names of their own. A widely known name with one word wrong is that name.",
        "Norlink in one article, The Norlink Group, Inc. (NLK.N) in another; Norlink Securities in a third.",
        "Norlink = The Norlink Group, Inc.",
    ),
    Rule(
        "short_form_elsewhere",
        "The start of a name alone is that organisation where articles use it beside the full name, one for ten that "
        "have it alone, nine of ten this one, most longer names that begin so are this one's, and no place or person "
        "has the name in as many; people do not count where none stands in an article with it. One such article is "
        "enough where nine of ten longer names are this one's, at most six articles have it alone, and the rest of the "
        "longer name is no other's name. The end of a name in several words counts where nine of ten longer names are "
        "this one's and as many articles have it in full as alone.",
        "Norlink in one article; Norlink Brothers, then Norlink, in two.",
        "Norlink = Norlink Brothers",
    ),
    Rule(
        "initials_elsewhere",
        "Letters that no article spells out are the name of the data set with those initials which stands in half as "
        "many articles as the letters, and in two more than all others and as many again; three letters, in two "
        "articles and as many, where the name has a head such as Board or Agency, or else in three, and alone.",
        "NHBC in one article; Norland Harbour Building Council, and no other such name, in two.",
        "NHBC = Norland Harbour Building Council",
    ),
    Rule(
        "united_states",
        "A name with “U.S.” or “U.N.” before it is the one without, unless bodies of other places and peoples have "
        "that name in as many articles.",
        "U.S. Supreme Court in one article; Supreme Court in another; Norland Supreme Court in none.",
        "U.S. Supreme Court = Supreme Court",
    ),
    Rule(
        "owner",
        "A name behind another organisation's is the office of that name, where no other stands before it; offices "
        "that many have (“School of Law”) only where they are widely known.",
        "White House Bureau of Tides in one article; Bureau of Tides in another.",
        "White House Bureau of Tides = Bureau of Tides",
    ),
    Rule(
        "chamber",
        "A committee is that of the one chamber which has, in four of five articles, a committee of its name, and one "
        "by its first field is the chamber's only committee whose name begins so.",
        "Tides and Ports Committee in one article; Senate Tides and Ports Committee in another.",
        "Tides and Ports Committee = Senate Tides and Ports Committee",
    ),
    Rule(
        "without_head",
        "A name of one word is the one name that it makes with a head such as University, Institute or Airlines, where "
        "that is a third of the names that start so, and more than any other, and no place, people or person has the "
        "name in as many articles; people do not count where none stands in an article with it.",
        "Norlink in one article; Norlink Airlines in another.",
        "Norlink = Norlink Airlines",
    ),
    Rule(
        "not_a_person",
        "A person whom no pronoun or title refers to is the organisation of that name, where it is one in at least "
        "two articles and in twice as many as people are shown to bear it; ten times for places and peoples.",
        "Norlink a person in one article, an organisation in two.",
        "one organisation",
    ),
    Rule(
        "person_of_most",
        "A thing with the first and last name of somebody whom articles refer to by pronouns and titles is that "
        "person, unless it is a thing in three times as many.",
        "Ada Lind an organisation in one article; a person, and “she”, in two.",
        "one person",
    ),
    Rule(
        "type_of_most",
        "A name of one word taken for an organisation in ten times as many articles as for a work is the organisation "
        "there too (works, products, events, laws, and places that are organisations only); a name of several words is "
        "what it is in most articles, in three times as many where one is a place.",
        "Harbour Gazette a work in one article, an organisation in ten.",
        "one organisation",
    ),
    Rule(
        "correction_merge",
        "The user's corrections come last and always win.",
        "merge,person,A. Lind,Ada Lind",
        "A. Lind = Ada Lind",
    ),
)
CHANCE = {rule.name: rule.chance for rule in SPEAKER_RULES}
