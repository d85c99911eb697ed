"""What kind of page it is: an article, one of another kind that is worth a flag, or no article at all.

A page is refused only where its text and its marks agree: an article that is taken for a front page is lost, while a
front page that is taken for an article is a row that its reader can see through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flows.formats.html.listings import why_listing
from flows.formats.html.structured import ARTICLE_TYPES, Stated, clean
from flows.formats.html.title import folded

MAX_NOTICE_WORDS = 250  # of a page that says it does not exist, or that it wants cookies
MIN_ARTICLE_WORDS = 40
MAX_LINKED_SHARE = 0.5  # of the words of a text that are links, beyond which it is a list of other pages
MIN_WHOLE_SHARE = 0.9  # of a page's characters, from which its text is all that was there
MIN_FRONT_HEADLINES = 20
MIN_HEADLINE_CHARS = 30
MIN_TEASERS = 12  # headings that are links, from which a page without a story is a section's front page
MIN_STORY_CHARS = 600
MIN_PROSE_CHARS = 80  # of a paragraph
MAX_WALL_WORDS = 80  # of a page that asks to log in and shows nothing
N_LAST = 5  # paragraphs of an article cut short, among which it says who may read on
_MISSING = re.compile(
    r"\b(?:404|410|page (?:not|cannot be|can['’]t be|could not be) found|not found|page (?:does"
    r"|doesn['’]t) (?:not )?exist|seite (?:wurde )?nicht gefunden"
    r"|p[aá]gina no (?:encontrada|existe)|page introuvable|p[aá]gina n[aã]o encontrada|access denied"
    r"|forbidden|service unavailable|error \d{3})\b",
    re.I,
)
# What a site says of itself, or asks of its readers: /about/, /en/contact-us.html, /account/login.php.
_ABOVE = r"(?:(?:[a-z]{2}(?:-[a-z]{2})?|about(?:-us)?|company|corporate|info|help|pages?|site)/)?"
_OF_THE_SITE = re.compile(
    rf"/{_ABOVE}(?:about(?:[-_]us)?|who-we-are|what-we-do|contact(?:[-_]us)?|impressum|imprint|datenschutz\w*"
    r"|(?:privacy|cookies?|terms|legal)(?:[-_](?:policy|notice|statement|settings|of-use|of-service|and-conditions|use))?"
    r"|faqs?|help|sitemap|advertise(?:[-_]with[-_]us)?|careers?|jobs|donate|newsletters?|subscribe|search)"
    r"(?:\.(?:html?|php|aspx?))?/?"
    rf"|/(?:help|about(?:[-_]us)?)/[\w-]{{1,40}}\.(?:html?|php|aspx?)"
    rf"|/{_ABOVE}(?:log-?in|sign-?(?:in|up)|register|account|password|cart|checkout|users?/login)(?:[/.][\w./-]{{0,60}})?",
    re.I,
)
_FORM = re.compile(
    r"(?:log|sign) ?(?:in|up)\b|register\b|create (?:an )?account\b|forgot\w* (?:your )?password\b", re.I
)
# Of a thread, or a list of them: who posts, where, how often it was read.
_FORUM_LABEL = re.compile(
    r"\b(poster|posted by|forum|thread|topic|subject|replies|views|joined|posts)(?: name)?\s?[:;]", re.I
)
MIN_FORUM_LABELS = 3
MAX_LABELS_CHARS = 500  # of a text's start, where a forum's labels stand
_LISTS = frozenset(["collectionpage", "searchresultspage"])
_ERROR = re.compile(r"(?:^|[:|–-] )error!?$", re.I)
# "Browse: All > Harbours", the path to a list in a catalogue.
_BROWSE = re.compile(r"browse(?:\s?:| [^:>»]{1,40}[>»])", re.I)
_CONSENT = re.compile(
    r"\b(?:before you continue|we value your privacy|your privacy (?:choices|matters)"
    r"|we and our (?:\d+ )?partners|enable (?:cookies|javascript)"
    r"|are you (?:a robot|human)|verify(?:ing)? (?:that )?you are (?:a )?human|unusual (?:traffic"
    r"|activity)|checking your browser|captcha"
    r"|datenschutzeinstellungen|gdpr|accept (?:all )?cookies|just a moment)\b",
    re.I,
)
_WALL = re.compile(
    r"\b(?:(?:this|the full|the rest of (?:this|the)) (?:article|story|content|page) is (?:only )?(?:available )?"
    r"(?:for|to|exclusive to|reserved for) (?:our )?(?:paying |registered |digital )?(?:subscribers|members)"
    r"|(?:subscribe|log ?in|sign ?in|sign ?up|register) to (?:continue|keep) reading"
    r"|to (?:continue|keep) reading,? (?:please )?(?:subscribe|log ?in|sign|register)"
    r"|(?:need|have|must|required|asked) (?:to )?(?:be logged|log ?in|log on|sign in|register)\b.{0,40}"
    r"(?:site|account|page|article|access|read|view|continue)"
    r"|(?:in order )?to (?:access|view|read) this (?:page|article|content),? (?:you|please) .{0,30}"
    r"(?:log|sign|register|subscri)|(?:article |contenu )?r[ée]serv[ée] (?:aux|à nos) abonnés"
    r"|(?:nur|exklusiv) für abonnenten|exclusivo para (?:suscriptores|assinantes)|riservato agli abbonati)"
    r"|会員限定|続きをお読みいただけます",
    re.I,
)
_GALLERY = re.compile(r"/(?:galler(?:y|ies)|photos?|pictures|slideshows?|photo-gallery|image-gallery)/", re.I)
_VIDEO = re.compile(r"/(?:videos?|watch)/", re.I)
_LIVE = re.compile(r"/(?:live|liveblog|live-updates?|live-news)/|live-updates?\b|live-?blog", re.I)
_PAID = frozenset(
    ["locked", "paid", "premium", "subscriber", "subscribers", "subscription", "member", "metered-locked"]
)


def flags_of(tree: Any, stated: Stated, url: str, text: str) -> tuple[str, ...]:
    """The quality flags that a page earns: live_blog, gallery, video_page, paywalled."""
    types = stated.types()
    path = urlsplit(url).path + "/"
    page_type = stated.first("og:type").lower()
    is_story = bool(types & ARTICLE_TYPES) or len(text.split()) >= MAX_NOTICE_WORDS
    flags = []
    if "liveblogposting" in types or _LIVE.search(path):
        flags.append("live_blog")
    if types & {"imagegallery", "mediagallery"} or _GALLERY.search(path):
        flags.append("gallery")
    if (page_type.startswith("video") or _VIDEO.search(path) or "videoobject" in types) and not is_story:
        flags.append("video_page")
    if _is_paid(stated) or _is_walled(tree, text):
        flags.append("paywalled")
    return tuple(flags)


def _is_walled(tree: Any, text: str) -> bool:
    """Whether the text ends in who may read on, or breaks off where the page says it."""
    if any(_WALL.search(line) for line in text.split("\n\n")[-N_LAST:]):
        return True
    return text.rstrip().endswith(("…", "...")) and _WALL.search(seen_text(tree)) is not None


def seen_text(tree: Any) -> str:
    """All that a page shows, on one line."""
    return clean("".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::select)]")))


def _is_paid(stated: Stated) -> bool:
    free = stated.article().get("isAccessibleForFree")
    tier = stated.first("article:content_tier", "content_tier", "access", "article:opinion_tier").lower()
    return free is False or str(free).rsplit("/", 1)[-1].lower() in {"false", "no"} or tier in _PAID


def is_home(address: str) -> bool:
    """Whether an address is that of a whole site."""
    parts = urlsplit(address)
    is_root = parts.path.strip("/").lower() in {
        "",
        "index.html",
        "index.htm",
        "index.php",
        "default.aspx",
        "default.asp",
    }
    return bool(parts.netloc) and is_root and not parts.query


def why_no_article(tree: Any, stated: Stated, url: str, title: str, text: str, *, is_home: bool = False) -> str:
    """Why the page is none, for a person; "" where it may be an article.

    ``is_home`` says that it was found at a site's root; ``url`` is what the page itself says, by mistake at times.
    """
    words = len(text.split())
    heading = f"{title} {clean(tree.findtext('.//title') or '')}"
    types = stated.types()
    # Many sites give every page the og:type of an article.
    is_stated = bool(types & ARTICLE_TYPES) or (stated.first("og:type").lower() == "article" and not types & _LISTS)
    if is_home and not types & ARTICLE_TYPES:
        return "the front page of a site or of a section"
    if words <= MAX_NOTICE_WORDS and not is_stated and (_MISSING.search(heading) or _ERROR.search(title)):
        return "the page says that there is none at this address"
    if _is_of_the_site(stated, url):
        return "a page of the site about itself, or a form"
    if words <= MIN_ARTICLE_WORDS and not is_stated and _FORM.match(heading.strip()):
        return "a form"
    if not is_stated and _is_forum(f"{title} {text[:MAX_LABELS_CHARS]}"):
        return "a forum"
    if words <= MAX_NOTICE_WORDS and not is_stated and _CONSENT.search(f"{heading} {text[:600]}"):
        return "the page asks for consent or for a proof that its reader is human"
    paragraphs = text.split("\n\n")
    prose = sum(len(part) for part in paragraphs if len(part) >= MIN_PROSE_CHARS)
    is_thin = prose < 0.5 * len(text) or linked_share(tree, paragraphs) > 0.25
    if (
        not is_stated
        and _is_front(tree, stated, url)
        and (is_thin or (_n_headlines(tree) >= MIN_FRONT_HEADLINES and not _has_story(tree)))
    ):
        return "the front page of a site or of a section"
    if not is_stated and (
        _BROWSE.match(title)
        or _BROWSE.match(heading.strip())
        or max(linked_share(tree, paragraphs), _linked_share_of_all(tree, text)) > MAX_LINKED_SHARE
    ):
        return "a list of links to other pages"
    if stated.first("og:type").lower().startswith("video") and words < MIN_ARTICLE_WORDS:
        return "a video without an article"
    if not is_stated and words <= MAX_WALL_WORDS and _WALL.search(text):
        return "the page asks its reader to log in"
    return "" if is_stated else why_listing(tree, stated, text)


def _is_of_the_site(stated: Stated, url: str) -> bool:
    """Whether the address is that of such a page; one that states when it was published is an article all the same.

    Its og:type tells nothing: WordPress calls every page an article.
    """
    has_time = bool(stated.first("article:published_time")) or bool(stated.article().get("datePublished"))
    return (
        not stated.types() & ARTICLE_TYPES and not has_time and _OF_THE_SITE.fullmatch(urlsplit(url).path) is not None
    )


def _is_forum(start: str) -> bool:
    labels = {found[1].lower() for found in _FORUM_LABEL.finditer(start)}
    return len(labels) >= MIN_FORUM_LABELS


def _is_front(tree: Any, stated: Stated, url: str) -> bool:
    if stated.types() & ARTICLE_TYPES:
        return False
    if stated.types() & _LISTS:
        return True
    if n_teasers(tree) >= MIN_TEASERS and not _has_story(tree):
        return True
    return is_home(url) or (not url and stated.first("og:type").lower() == "website")


def n_teasers(tree: Any) -> int:
    """How many headings are links of the length of a headline."""
    headings = (node for node in tree.iter("h2", "h3", "h4") if next(node.iter("a"), None) is not None)
    return sum(len(clean("".join(node.itertext()))) >= MIN_HEADLINE_CHARS for node in headings)


def _n_headlines(tree: Any) -> int:
    """How many links have the length of a headline."""
    return sum(len(clean("".join(node.itertext()))) >= MIN_HEADLINE_CHARS for node in tree.iter("a"))


def _has_story(tree: Any) -> bool:
    """Whether one element holds several paragraphs, as a story does, and teasers do not."""
    held: dict[Any, int] = {}
    for node in tree.iter("p"):
        if (n_chars := len(clean("".join(node.itertext())))) >= MIN_PROSE_CHARS:
            held[node.getparent()] = held.get(node.getparent(), 0) + n_chars
    return max(held.values(), default=0) >= MIN_STORY_CHARS


def _linked_share_of_all(tree: Any, text: str) -> float:
    """The share of a page's characters that are links, where its text is all of them, its menus included; else 0."""
    seen = seen_text(tree)
    if len(text) < MIN_WHOLE_SHARE * len(seen):
        return 0.0
    return sum(len(clean("".join(node.itertext()))) for node in tree.iter("a")) / (len(seen) or 1)


def linked_share(tree: Any, paragraphs: Sequence[str]) -> float:
    """The share of a text's characters that stand in paragraphs that are one link each."""
    links = {folded(clean(" ".join(node.itertext()))) for node in tree.iter("a")}
    total = sum(map(len, paragraphs)) or 1
    return sum(len(part) for part in paragraphs if folded(part) in links) / total
