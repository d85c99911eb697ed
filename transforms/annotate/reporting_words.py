"""The words that report: verbs and nouns, by the grammatical frame in which they take what is reported.

A word stands in a frame only where PolNeAR's training split (Newell et al., LREC 2018) mostly annotates that frame as
an attribution; lemmas are those of spaCy's small English pipeline ("hop" is its lemma of "hoped").
"""

from __future__ import annotations

from transforms.annotate.word_lists import word_set

# Verbs that come with a quotation: “…,” she said.
QUOTING = word_set("""
    acknowledge add admit advise agree announce answer argue ask assert begin boast call caution cite claim clarify
    comment complain concede conclude confirm continue contend counter cry declare demand deny describe emphasize
    exclaim explain finish fire fume gush insist joke lament laugh love maintain mention muse note observe offer opine
    post predict proclaim promise propose protest quip quote read recall recount reiterate remark remember repeat reply
    report respond reveal say scoff shout sigh sniff snap speak speculate state stress suggest sum tell think thunder
    tweet urge vow warn wonder write yell
""")
# Verbs with a clause: she said that …; …, she said.
WITH_CLAUSE = QUOTING - word_set("call cite describe love quote") | word_set("""
    allege assume assure believe consider convince decide demonstrate determine discover discuss doubt estimate expect
    express fear feel find guess hint hop hope imply indicate know learn point prove question realize reassure
    recognize recommend remind see seem show signal suspect testify want wish worry
""")
# Verbs with an infinitive: she promised to …; she urged them to …
WITH_INFINITIVE = word_set("""
    agree aim ask call claim consider decide decline encourage expect hop offer oppose pledge prefer promise propose
    push refuse report say seek tell threaten urge vote vow want
""")
# Verbs with an object: she praised …
WITH_OBJECT = word_set("""
    acknowledge advocate affirm announce applaud assail bemoan blame blast cite claim compare condemn confirm counter
    criticize decry defend denounce deny disavow discuss dismiss echo emphasize endorse explain express fear hail
    highlight insult liken mention mock name note oppose outline portray praise predict prefer project propose question
    rebut recall recite recommend recount reference reiterate reject repeat slam stress tout underscore voice
""")
# Verbs with a preposition: she called for …
WITH_PREPOSITION = word_set(
    "accuse of, advocate for, agree with, apologize for, ask about, balk at, boast about, call for, comment on, "
    "complain about, disagree with, hint at, hope for, joke about, point to, push for, rail against, refer to, "
    "respond to, speak about, speak of, talk about, vouch for, warn about, warn of, worry about",
    ", ",
)
# Nouns with a clause or an infinitive: her claim that …
NOUNS = word_set("""
    accusation admission allegation assertion belief charge claim comment complaint concern confidence decision fear
    hope insistence notion opinion pledge prediction promise proposal statement suggestion view warning
""")
