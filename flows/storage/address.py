"""Addresses of object storage: ``s3://bucket/prefix``."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from flows.errors import SettingsError

# What obstore opens by the same calls. Only S3 is tested.
SCHEMES = ("s3", "gs", "az")


class Address(NamedTuple):
    """The bucket as ``s3://bucket``, and the key or prefix in it, which may be empty."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}" if self.key else self.bucket


def is_remote(text: str) -> bool:
    """Whether a text is an address rather than a path."""
    return "://" in text


def parse_address(text: str) -> Address:
    """The bucket and the key of an address; SettingsError for any that is none of object storage."""
    scheme, _, rest = text.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in SCHEMES:
        raise SettingsError(f"{text}: give a path, or an address like s3://bucket/prefix")
    if not bucket or urlsplit(f"{scheme}://{bucket}").hostname != bucket.lower():
        raise SettingsError(f"{text}: write it s3://bucket/prefix; credentials belong in the environment")
    key = key.rstrip("/")
    if any(part in ("", ".", "..") for part in key.split("/")) and key:
        raise SettingsError(f"{text}: no part of the address may be empty, . or ..")
    return Address(f"{scheme}://{bucket}", key)
