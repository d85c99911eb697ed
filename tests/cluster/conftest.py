from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.prefect_servers import postgres, prefect_server
from tests.storage_fixtures import (
    faults,
    hasty,
    mixed_seeds,
    moto_endpoint,
    proxy_endpoint,
    seaweed_endpoint,
    storage,
    use,
)

__all__ = ["faults", "hasty", "mixed_seeds", "moto_endpoint", "proxy_endpoint", "seaweed_endpoint", "storage", "use"]


class PrefectServer(NamedTuple):
    api: str
    database: str  # "" for SQLite


@pytest.fixture(scope="session")
def prefect_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with postgres() as database:
        if not database:
            warnings.warn("no PostgreSQL on this machine: Prefect has SQLite instead", stacklevel=1)
        with prefect_server(tmp_path_factory.mktemp("prefect"), database) as api:
            yield PrefectServer(api, database)
