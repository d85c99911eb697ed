"""What a user may have got wrong, found before anything is started or waited for."""

from __future__ import annotations

from flows.settings import Settings


def check_inputs(settings: Settings) -> None:
    """Raise UserError where the seeds, the output folder or the user's own files cannot be used."""
    from flows.etl import prepare_output, read_catalog
    from flows.sources.files import find_files

    find_files(settings.seeds, follow_links=settings.follow_links)
    prepare_output(settings)
    read_catalog(settings)
