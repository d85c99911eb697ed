"""A page to its article: the text, and what the page states of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from flows.formats.base import FormatError
from flows.formats.html.authors import find_authors
from flows.formats.html.body import find_body
from flows.formats.html.dates import find_day
from flows.formats.html.fragments import fragment_text, parseable
from flows.formats.html.kinds import flags_of, is_home, why_no_article
from flows.formats.html.structured import Stated, clean, read_stated, text_of, types_of
from flows.formats.html.title import find_title, site_names
from flows.formats.site_name import is_site_at

_SITE_TYPES = frozenset(["organization", "newsmediaorganization", "website"])
MAX_SITE_WORDS = 5
_PARTED = re.compile(r"\s[|–—-]\s")
MIN_COMMAS = 2  # from which a name of a section is a list of several: "Arts, Culture" may be one
_NO_SECTION = frozenset(["tag", "tags", "article", "articles", "post", "posts", "home", "uncategorized"])
MIN_FALLBACK_WORDS = 5  # below which a page's own words are its buttons, not an article


@dataclass(frozen=True, slots=True)
class Page:
    """The main text of a page, paragraphs parted by blank lines, and what it states under the names of ``articles``."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)
    is_fallback: bool = False
    flags: tuple[str, ...] = ()


def read_page(html: str, crawled: str = "") -> Page:
    """The article of a page; ``text`` is empty where the page has no words. ``crawled`` is where it was found.

    Raises FormatError where the page is none: missing, a question about cookies, a front page, a list of links.
    """
    import trafilatura

    html = parseable(html)
    tree = trafilatura.load_html(html)
    if tree is None:  # it takes nothing for a page that does not say it is one: a body without its frame
        tree = trafilatura.load_html(f"<html><body>{html}</body></html>")
    if tree is None:
        return Page("")
    stated = read_stated(tree)
    fields = _fields(tree, stated)
    title, authors, url = fields.get("title", ""), fields.get("byline", "").split("; "), fields.get("url", crawled)
    text = find_body(tree, stated, title, authors)
    is_fallback = not text
    if is_fallback:
        text = fragment_text(html)
    if reason := why_no_article(tree, stated, url, title, text, is_home=is_home(crawled)):
        raise FormatError("not_an_article", reason)
    if is_fallback and len(text.split()) < MIN_FALLBACK_WORDS:
        return Page("", fields, is_fallback=True)
    return Page(text, fields, is_fallback, flags_of(tree, stated, url, text))


def _fields(tree: Any, stated: Stated) -> dict[str, str]:
    url = _url(tree, stated)
    sites = site_names(stated, url)
    title = find_title(tree, stated, sites)
    fields = {
        "title": title,
        "byline": "; ".join(find_authors(tree, stated, sites, title)),
        "published_date": find_day(tree, stated, url, title),
        "publisher": _publisher(tree, stated, url, title),
        "url": url,
        "section": _section(stated),
        "language": _language(tree, stated),
    }
    return {name: value for name, value in fields.items() if value}


def _section(stated: Stated) -> str:
    """The first section that the page states: of several in one string, and of a path the last part."""
    article = stated.article()
    given = [stated.first("article:section"), text_of(article.get("articleSection")), stated.first("section")]
    return next((section for name in given if (section := _one_section(name))), "")


def _one_section(name: str) -> str:
    if name.startswith("/"):
        name = name.rstrip("/").rpartition("/")[2].replace("_", " ")
    elif re.search(r",\S", name) or name.count(",") >= MIN_COMMAS:
        name = name.partition(",")[0]
    return "" if name.strip().lower() in _NO_SECTION else name.strip()


def _publisher(tree: Any, stated: Stated, url: str, title: str) -> str:
    """The site's name: the first that goes with the address, since some pages state a section or an owner; else any."""
    site = stated.first("og:site_name")
    organisations = [text_of(value) for value in stated.objects if types_of(value) & _SITE_TYPES]
    own = [site, text_of(stated.article().get("publisher"))]
    others = [stated.first("application-name"), *organisations, stated.first("al:ios:app_name")]
    sure = own if site else [*own, *others, _title_end(tree)]
    names = [*(name for name in sure if is_site_at(name, url)), *own, *others, stated.first("dc.publisher")]
    name = next((name for name in names if name not in {"", title} and not name.startswith(("http:", "https:"))), "")
    return name.split(" | ")[0].split(" - ")[0].strip()  # what follows is the site's slogan


def _title_end(tree: Any) -> str:
    """The last part of the browser's title, where it has several; "" else."""
    parts = _PARTED.split(clean(tree.findtext(".//title") or ""))
    return parts[-1].strip() if len(parts) > 1 and len(parts[-1].split()) <= MAX_SITE_WORDS else ""


def _url(tree: Any, stated: Stated) -> str:
    """The canonical address; where it is the site's front page by mistake, a longer one that the page states."""
    links = [
        str(node.get("href") or "") for node in tree.iter("link") if (node.get("rel") or "").lower() == "canonical"
    ]
    base = next((str(node.get("href")) for node in tree.iter("base") if node.get("href")), "")
    given = [
        *links,
        stated.first("og:url"),
        text_of(stated.article().get("url")),
        stated.first("twitter:url", "parsely-link"),
    ]
    whole = [urljoin(base or stated.first("og:url"), link.strip()) for link in given if link.strip()]
    whole = [link for link in whole if urlsplit(link).scheme in {"http", "https"}]
    return next((link for link in whole if len(urlsplit(link).path) > 1), whole[0] if whole else "")


def _language(tree: Any, stated: Stated) -> str:
    root = tree.getroottree().getroot()
    own = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return str(own or text_of(stated.article().get("inLanguage")) or stated.first("og:locale", "content-language"))[:40]
