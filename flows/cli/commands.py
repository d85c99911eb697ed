"""The commands of ``newsmill``: run, serve, look, check, go back."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import click

from flows.cli.exit_codes import EXIT_FAILED, EXIT_USAGE
from flows.cli.options import settings_from, settings_options
from transforms.visible import visible


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsmill")
def cli() -> None:
    """News text in, keyed Parquet out: articles, sentences, quotations with their speakers, entities."""


@cli.command()
@settings_options
@click.option("--verbose", is_flag=True, help="Show the run's log as it is written.")
def run(verbose: bool, **values: Any) -> None:
    """Bring the data set up to date with SEEDS: files, folders and globs [default: seeds]."""
    gc.disable()  # until all is imported: looking for garbage in what stays is a tenth of the start
    from flows.pandas_unloaded import leave_pandas_unloaded

    leave_pandas_unloaded()
    from flows.cli.run import run_with_progress

    status = run_with_progress(settings_from(values), verbose=verbose).status
    sys.exit({"failed": EXIT_FAILED, "error": EXIT_USAGE}.get(status, 0))


@cli.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--field", "fields", multiple=True, metavar="COLUMN=NAME", help="What a field of records means.")
@click.option(
    "-n", "--articles", default=1, show_default=True, type=click.IntRange(min=0), help="How many of each file."
)
@click.option("--files", default=20, show_default=True, type=click.IntRange(min=1), help="How many files.")
def peek(paths: tuple[str, ...], fields: tuple[str, ...], articles: int, files: int) -> None:
    """Show how PATHS would be read: formats, records, and the first articles. Nothing is written."""
    from flows.cli.peek import print_peek

    print_peek(settings_from({"seeds": paths, "fields": fields}), n_articles=articles, n_files=files)


@cli.command()
@settings_options
@click.option("--cron", help='When to run, as a cron line: "0 6 * * *" is every day at six.')
@click.option("--every", help="How often to run: 15m, 2h, 1d.")
@click.option("--timezone", default="UTC", show_default=True, help="Whose clock --cron means, like Europe/Berlin.")
@click.option("--name", default="newsmill", show_default=True, help="The deployment's name; one a data folder.")
def serve(cron: str | None, every: str | None, timezone: str, name: str, **values: Any) -> None:
    """Run on a schedule, watched in the Prefect UI, until Ctrl-C."""
    from flows.operate.deployment import serve_forever
    from flows.operate.schedules import make_schedule

    serve_forever(settings_from(values), make_schedule(cron, every, timezone), name=name)


@cli.command()
@click.argument("table")
@click.option("--out", default="data", show_default=True, help="The data folder.")
@click.option("-n", "--rows", default=10, show_default=True, type=click.IntRange(min=1), help="How many rows.")
@click.option("--all-columns", is_flag=True, help="Every column, one line a value.")
@click.option(
    "--all-types", is_flag=True, help="Of quotes not only the statements: beliefs, knowledge, intentions too."
)
def show(table: str, out: str, rows: int, all_columns: bool, all_types: bool) -> None:
    """Print the first rows of TABLE (articles, sentences, quotes, entities, ...) readably."""
    from flows.cli.show import print_rows

    print_rows(table, out, rows, all_columns=all_columns, all_types=all_types)


@cli.command()
@click.argument("table")
@click.option("--to", required=True, metavar="FILE", help="Ends in .csv, .xlsx, .jsonl, .parquet, .sqlite or .duckdb.")
@click.option("--out", default="data", show_default=True, help="The data folder.")
@click.option("--where", default="", help="""Which rows, in SQL: "quote_type = 'direct' AND confidence > 0.8".""")
@click.option("--columns", default="", metavar="A,B,...", help="Which columns, in this order [default: all].")
def export(table: str, to: str, out: str, where: str, columns: str) -> None:
    """Write TABLE as a file for other programs; "all" puts every table into a .sqlite or .duckdb file."""
    from flows.export.export import export

    names = [name.strip() for name in columns.split(",") if name.strip()]
    click.echo(f"{export(out, table, to, where=where, columns=names):,} rows in {visible(to)}")


@cli.command()
@click.option("--out", default="data", show_default=True, help="The data folder.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for other machines, which need a token.")
@click.option("--token", default="", help="What other machines have to know; by default one is made up.")
@click.option(
    "--corrections", default="", metavar="FILE", help="Let readers correct entities: lines are added to this CSV file."
)
@click.option(
    "--open/--no-open", "opens", default=None, help="Open a browser, or none [default: where there is a screen]."
)
def view(out: str, port: int, host: str, token: str, corrections: str, opens: bool | None) -> None:
    """Read the data set in a browser: search quotations, read articles, look at people."""
    from flows.view.serve import has_screen, view

    view(
        out,
        host,
        port,
        token,
        corrections=corrections,
        opens_browser=has_screen() if opens is None else opens,
        say=lambda text: click.echo(text, err=True),
    )


@cli.command()
@click.option("--to", default="report.html", show_default=True, metavar="FILE", help="Where to write it.")
@click.option("--out", default="data", show_default=True, help="The data folder.")
def report(to: str, out: str) -> None:
    """Write the overview of the data set as one file to mail: style, fonts and charts are in it."""
    from flows.view.report import write_report

    click.echo(visible(str(write_report(out, to))))


@cli.command()
@click.option("--out", default="data", show_default=True, help="The data folder.")
def history(out: str) -> None:
    """List the snapshots with their counts."""
    from flows.cli.history import print_history

    print_history(out)


@cli.command()
@click.option("--out", default="data", show_default=True, help="The data folder.")
@click.option("--snapshot", type=int, help="Which snapshot; by default the one `latest` points at.")
def check(out: str, snapshot: int | None) -> None:
    """Verify a snapshot: checksums, contract, keys and offsets."""
    from flows.operate.check import check_snapshot

    number, problems = check_snapshot(out, snapshot)
    for problem in problems:
        click.echo(f"newsmill: {visible(problem)}", err=True)
    click.echo(f"snapshot {number:06d}: " + (f"{len(problems)} problems" if problems else "sound"))
    sys.exit(EXIT_FAILED if problems else 0)


@cli.command()
@click.option("--out", default="data", show_default=True, help="The data folder.")
@click.option("--to", "number", type=int, help="Which snapshot; by default the one that `latest` was made from.")
def rollback(out: str, number: int | None) -> None:
    """Point `latest` at an earlier snapshot. The next run starts from there."""
    from flows.operate.check import roll_back

    click.echo(f"latest is now snapshot {roll_back(out, number):06d}")


@cli.command()
@click.argument("url", required=False)
@click.option("--also-quarantine", is_flag=True, help="Also tell of runs that put something in quarantine.")
@click.option("--off", is_flag=True, help="Tell nobody any more.")
def notify(url: str | None, also_quarantine: bool, off: bool) -> None:
    """Have every failed run told to URL: a web hook of Slack, Teams, Discord or your own."""
    from flows.operate.api import server
    from flows.operate.notify import notify_of_failures, stop_notifying

    if bool(url) == off:
        raise click.UsageError("give the URL to tell, or --off")
    with server(lambda text: click.echo(text, err=True)):
        if url:
            click.echo(
                f"runs that end as {', '.join(notify_of_failures(url, also_quarantine=also_quarantine))} are told"
            )
        else:
            click.echo("nobody is told any more" if stop_notifying() else "nobody was told")


@cli.command()
def ui() -> None:
    """Open the Prefect UI, starting the local server where none is configured."""
    from flows.operate.api import server, ui_address

    with server(lambda text: click.echo(text, err=True)) as url:
        click.echo(ui_address(url))
        if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            click.launch(ui_address(url))


@cli.command("stop-server")
def stop_server() -> None:
    """Stop the local Prefect server that newsmill started. The run history stays."""
    from flows.operate.api import stop_local_server

    click.echo("stopped" if stop_local_server() else "no local server of newsmill is running")
