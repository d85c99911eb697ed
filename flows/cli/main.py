"""The command ``newsmill``, and what becomes of what it raises.

Whatever is imported here each process that the command starts imports as well, so it is next to nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys

from flows.cli.exit_codes import EXIT_PIPE, EXIT_STOPPED, EXIT_USAGE

NO_TELEMETRY = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def main() -> None:
    """Run the command; a user's mistake becomes one line and exit code 2."""
    for name, value in NO_TELEMETRY.items():  # before Prefect is imported, which reports its first use otherwise
        os.environ.setdefault(name, value)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal of few characters must not fail a finished run
    import click

    from flows.cli.commands import cli
    from flows.errors import UserError
    from flows.operate.local_server import ServerGoneError

    try:
        cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "newsmill"
        _stop(f"{error.format_message().rstrip('.')}; see `{path} --help`")
    except (click.Abort, KeyboardInterrupt) as stop:
        became = str(stop.__cause__ or stop)  # what the command knows of the data set, where it may have changed it
        click.echo(f"newsmill: stopped{became and f'; {became}'}", err=True)
        sys.exit(EXIT_STOPPED)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter would try again at exit
        sys.exit(EXIT_PIPE)
    except click.ClickException as error:
        _stop(error.format_message())
    except ServerGoneError as error:
        with contextlib.suppress(SystemExit):
            _stop(str(error))
        sys.stderr.flush()
        os._exit(EXIT_USAGE)  # Prefect would go on for seconds an event, trying to tell its server of each task run
    except UserError as error:
        _stop(str(error))


def _stop(message: str) -> None:
    import click

    from flows.settings import mask_secrets
    from transforms.visible import visible

    click.echo(f"newsmill: {visible(mask_secrets(message))}", err=True)
    sys.exit(EXIT_USAGE)


if __name__ == "__main__":
    main()
