from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from flows.errors import SettingsError
from flows.etl import outcome_since
from flows.store.disk import UNCHANGED, OutputError, local_path, writing
from flows.store.local import LocalStore as Store
from tests.pieces import refresh
from tests.seed_folder import SeedFolder, story

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_error_claims_no_more_than_its_caller(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"No space left on device$"), writing(tmp_path):
        raise FULL
    told = r"No space left on device; no snapshot was changed$"
    with pytest.raises(OutputError, match=told), writing(tmp_path, UNCHANGED):
        raise FULL


def test_what_is_claimed_is_true_when_the_error_is_there(seeds: SeedFolder, tmp_path: Path) -> None:
    seeds.write_stories(range(1))
    refresh(seeds.root, tmp_path / "out")
    store = Store(tmp_path / "out")

    def claim() -> str:
        return outcome_since(store, 1)

    with pytest.raises(OutputError, match="no snapshot was changed"), writing(store.root, claim):
        raise FULL
    with pytest.raises(OutputError, match="snapshot 000002 is committed"), writing(store.root, claim):
        seeds.write("more.txt", story(9))
        refresh(seeds.root, store.root)
        raise FULL


@pytest.mark.parametrize("given", ["s3://bucket/x", "gs://b", "file:///tmp/x"])
def test_an_address_is_no_path(given: str) -> None:
    with pytest.raises(SettingsError, match=r"--gazetteer .*: give the path of a CSV file on this machine$"):
        local_path(given, "--gazetteer", "CSV file")


@pytest.mark.parametrize("given", ["data", "a:b/out", "/tmp/s3:/x"])
def test_a_path_with_a_colon_is_a_path(given: str) -> None:
    assert local_path(given, "--gazetteer", "CSV file") == Path(given)
