"""What goes wrong with object storage, in one line that says what to do."""

from __future__ import annotations

import re

from flows.store.disk import OutputError

NO_SUCH_BUCKET = "NoSuchBucket"
_CODE = re.compile(r"<Code>(\w+)</Code>")
TORN = "body error"
_STATUS = re.compile(r"status code: (\d{3}[^:<\n]*)")
DENIED = ("AccessDenied", "InvalidObjectState")  # the second: archived away
_REFUSED = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "ExpiredToken", "InvalidToken")
_CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_METADATA_SERVICE = "169.254."  # asked for credentials where the environment has none


class StorageError(OutputError):
    """Object storage that refuses, or does not answer however often it is asked: no document's fault."""


class TornError(StorageError):
    """An answer that broke off, to a request that may simply be made again."""


class DeniedError(StorageError):
    """An object that may not be read, whatever else may."""


class ConflictError(StorageError):
    """Somebody else has changed the object meanwhile."""


def described(error: Exception, bucket: str) -> str:
    """One line on what object storage said of a request to a bucket."""
    text = str(error)
    found = _CODE.search(text)
    code = found[1] if found else ""
    if code == NO_SUCH_BUCKET:
        return f"there is no bucket {bucket}: make it, or correct the address"
    if code in _REFUSED or type(error).__name__ in ("PermissionDeniedError", "UnauthenticatedError"):
        return f"{bucket} refuses access ({code or 'denied'}): {_CREDENTIALS} to those of a user who may"
    if _METADATA_SERVICE in text or "credential" in text.lower() or re.search(r"Missing\w* ?\w*Key", text):
        return f"no credentials for {bucket}: {_CREDENTIALS}, or give the machine a role"
    status = _STATUS.search(text)
    if status:
        return f"{bucket} answers {status[1].strip()}{code and f' ({code})'}, however often it is asked"
    if "HTTP error" in text or "timed out" in text.lower():
        return f"{bucket} does not answer: check the network and AWS_ENDPOINT_URL"
    return f"{bucket}: {' '.join(text.partition('Debug source')[0].split())[:300]}"
