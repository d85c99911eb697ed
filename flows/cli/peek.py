"""``newsmill peek``: how files would be read, on a terminal."""

from __future__ import annotations

from rich.text import Text

from flows.cli.terminal import open_console, say, shown
from flows.formats.limits import Limits
from flows.settings import Settings
from flows.sources.files import describe_passed_over, find_files
from flows.sources.peek import PeekedArticle, PeekedFile, peek_file
from transforms.records import Reject

TEXT_CHARS = 300
COLUMNS = ("title", "published_date", "byline", "publisher", "section", "url", "language", "encoding", "quality_flags")


def print_peek(settings: Settings, *, n_articles: int, n_files: int) -> None:
    """Print the first files that the seeds stand for, and the first articles of each."""
    listing, console = find_files(settings.seeds, follow_links=settings.follow_links), open_console()
    for file in listing.files[:n_files]:
        try:
            _print_file(peek_file(file, settings.field_names, n_articles, Limits(**settings.limits)))
        except OSError as error:
            console.print(Text.assemble((file.uri, "bold"), f"  cannot be read: {error.strerror}"))
    rest = len(listing.files) - n_files
    if rest > 0:
        say(console, f"… and {rest:,} files more (--files {len(listing.files)} shows all)")
    if listing.passed_over:
        say(console, describe_passed_over(listing))


def _print_file(file: PeekedFile) -> None:
    console = open_console()
    more = "" if file.is_counted_to_end else "more than "
    n = f"{more}{file.n_records:,} record{'s' if file.n_records != 1 else ''}"
    console.print(
        Text.assemble(shown(file.uri, style="bold"), f"  {file.format or 'no known format'}, {n}"), soft_wrap=True
    )
    if file.faults:
        told = ", ".join(f"{count:,} {reason}" for reason, count in file.faults.items())
        console.print(shown(f"  quarantined: {told}; the first: {file.first_fault}"), soft_wrap=True)
    for article in file.articles:
        _print_article(article)


def _print_article(article: PeekedArticle) -> None:
    console, outcome = open_console(), article.outcome
    if isinstance(outcome, Reject):
        console.print(shown(f"  quarantined: {outcome.reason}: {outcome.detail}"), soft_wrap=True)
        return
    for column in COLUMNS:
        value = getattr(outcome, column)
        if value:
            value = ", ".join(value) if isinstance(value, tuple) else value
            where = article.found_in.get(column, "")
            tail = (f"   ← {where}", "dim") if where else ""
            console.print(Text.assemble("  ", (f"{column:<15}", "cyan"), shown(value), tail), soft_wrap=True)
    body = outcome.text[outcome.body_char_start :][:TEXT_CHARS].replace("\n\n", " ¶ ")
    where = f"   ← {article.found_in['text']}" if "text" in article.found_in else ""
    words = f"{len(outcome.text.split()):,} words{where}"
    console.print(Text.assemble("  ", (f"{'text':<15}", "cyan"), words), soft_wrap=True)
    console.print(Text.assemble("  ", shown(body), "…" if len(outcome.text) > TEXT_CHARS else ""))
