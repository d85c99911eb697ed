"""Object storage that fails: throttling, lost connections and answers, cut answers, silence, and runs that die."""

from __future__ import annotations

import io
import os

import pytest

from flows.storage.client import Bucket
from flows.storage.errors import StorageError
from flows.storage.files import RemoteFile
from tests.object_folder import ObjectFolder
from tests.storage_fixtures import Faults


def test_an_object_written_to_while_it_is_read_is_no_mixture(storage: str) -> None:
    there = ObjectFolder(storage)
    there.write("x", os.urandom(2_000_000))
    stream = io.BufferedReader(RemoteFile(f"{storage}/x"))
    stream.read(10)
    there.write("x", os.urandom(2_000_000))
    with pytest.raises(OSError, match="it was written to while it was read"):
        stream.read()


def test_an_answer_that_is_lost_is_no_conflict(faults: Faults, hasty: None) -> None:
    """The write was done: whoever tries again must not take its own work for another writer's."""
    bucket, key = Bucket("s3://news-test"), f"{faults.address.rpartition('/')[2]}/x"
    faults.start({"do": "lose", "method": "PUT"})
    tag = bucket.put_if(key, b"first", None)
    faults.start({"do": "lose", "method": "PUT"})
    tag = bucket.put_if(key, b"second", tag)
    faults.start()
    with pytest.raises(StorageError, match="another writer was first"):
        bucket.put_if(key, b"third", None)
    assert (bucket.read(key), bucket.head(key).e_tag) == (b"second", tag)
