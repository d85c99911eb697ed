"""What a user may have got wrong, found before anything is started or waited for."""

from __future__ import annotations

from pathlib import Path

from flows.errors import SettingsError
from flows.export.delta import require_delta
from flows.link.catalog_files import load_catalog
from flows.settings import Settings
from flows.sources.files import find_files
from flows.storage.address import is_remote
from flows.store import reach_store
from flows.store.disk import local_path
from transforms.catalog import Catalog


def check_inputs(settings: Settings) -> int:
    """The bytes of the local seeds; UserError where the seeds, the output folder or the user's files cannot be used."""
    for seed in filter(is_remote, settings.seeds):
        from flows.sources.objects import check_reachable

        check_reachable(seed)
    n_bytes = 0
    if local := [seed for seed in settings.seeds if not is_remote(seed)]:
        n_bytes = sum(file.size for file in find_files(local, follow_links=settings.follow_links).files)
    prepare_output(settings)
    read_catalog(settings)
    return n_bytes


def prepare_output(settings: Settings) -> str:
    """Where the data set lies: a folder, made where it is missing, or an address; UserError where it cannot be used."""
    if settings.table_format == "delta":
        require_delta()
    if is_remote(settings.out):
        return reach_store(settings.out).address
    out = Path(settings.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".lock").touch()
    except FileExistsError:
        raise SettingsError(f"the output path {out} is a file; give a folder with --out") from None
    except OSError as error:
        raise SettingsError(f"cannot write to the output folder {out}: {error.strerror}") from None
    return str(out.resolve())


def read_catalog(settings: Settings) -> Catalog:
    """The gazetteer and the corrections that the settings name; UserError where a file cannot be used."""
    named = {"--gazetteer": settings.gazetteer, "--corrections": settings.corrections}
    return load_catalog(*(local_path(path, option, "CSV file") if path else None for option, path in named.items()))
