from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from prefect.settings import (
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_SERVER_ANALYTICS_ENABLED,
    get_current_settings,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness

from tests.seed_folder import SeedFolder

# A busy machine is no failure; pytest's own timeout stops what hangs.
settings.register_profile("newsmill", deadline=None)
settings.load_profile("newsmill")


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[str]:
    """A Prefect server for all tests together; its API's address."""
    # The heartbeat costs a thread and most of a second at the end of every run.
    quick = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_SERVER_ANALYTICS_ENABLED: False}
    with temporary_settings(quick), prefect_test_harness(server_startup_timeout=180):
        url = get_current_settings().api.url
        assert url
        yield url


@pytest.fixture
def seeds(tmp_path: Path) -> SeedFolder:
    return SeedFolder(tmp_path / "seeds")


@pytest.fixture
def annotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The titles annotated since it was last asked."""
    log = tmp_path / "annotated.txt"
    monkeypatch.setenv("FAKE_ANNOTATOR_LOG", str(log))

    def since() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(lines)

    return since


# Few tests, many minutes: whoever is given these last keeps everybody waiting.
LONGEST_FILES = ("test_crash.py", "test_incremental_properties.py", "test_storage_faults.py", "test_workers.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the longest files begin first; the sort keeps the order of all others."""
    items.sort(key=lambda item: item.path.name not in LONGEST_FILES)
