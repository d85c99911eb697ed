"""A folder of seed files in object storage."""

from __future__ import annotations

from pathlib import Path

from flows.storage.address import parse_address
from flows.storage.client import open_bucket


class ObjectFolder:
    """What lies below an address."""

    def __init__(self, address: str) -> None:
        self.address = address
        bucket, self._prefix = parse_address(address)
        self.bucket = open_bucket(bucket)

    def key(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    def write(self, name: str, data: str | bytes) -> None:
        self.bucket.put(self.key(name), data.encode() if isinstance(data, str) else data)

    def upload(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file():
                self.write(path.relative_to(folder).as_posix(), path.read_bytes())

    def delete(self, name: str) -> None:
        self.bucket.delete([self.key(name)])

    def names(self) -> list[str]:
        return [entry.key.removeprefix(f"{self._prefix}/") for entry in self.bucket.entries(self._prefix)]
