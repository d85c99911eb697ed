"""What a user may have got wrong, found before anything is started or waited for."""

from __future__ import annotations

from flows.settings import Settings
from flows.storage.address import is_remote


def check_inputs(settings: Settings) -> None:
    """Raise UserError where the seeds, the output folder or the user's own files cannot be used."""
    from flows.etl import prepare_output, read_catalog
    from flows.sources.files import find_files

    for seed in filter(is_remote, settings.seeds):
        from flows.sources.objects import check_reachable

        check_reachable(seed)
    if local := [seed for seed in settings.seeds if not is_remote(seed)]:
        find_files(local, follow_links=settings.follow_links)
    prepare_output(settings)
    read_catalog(settings)
