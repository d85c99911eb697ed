"""Uploads in pieces that a dead run did not finish: storage keeps the pieces, unseen and paid for, until told not to.

obstore begins and ends such uploads and cannot list them, so these two requests are made by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote
from xml.etree import ElementTree

import httpx

from flows.storage.client import CONNECT_S, ENDPOINTS, SILENCE_S

MAX_ROUNDS = 10  # a thousand uploads each


def sweep_uploads(bucket: str, prefix: str) -> int:
    """End the unfinished uploads below a prefix of an S3 bucket; how many there were.

    What cannot be done (another storage, credentials that are not in the environment) is left to the bucket's own
    life cycle rule: it costs money and nothing else.
    """
    scheme, _, name = bucket.partition("://")
    key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if scheme != "s3" or not key_id or not secret:
        return 0
    from httpx_auth import AWS4Auth

    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    auth = AWS4Auth(key_id, secret, region, "s3", security_token=os.environ.get("AWS_SESSION_TOKEN"))
    n_ended = 0
    with (
        suppress(httpx.HTTPError, ElementTree.ParseError),
        httpx.Client(auth=auth, timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S)) as client,
    ):
        url = _bucket_url(name, region)
        for _ in range(MAX_ROUNDS):
            uploads = list(_uploads(client, url, prefix))
            for key, upload_id in uploads:
                client.delete(f"{url}/{quote(key)}", params={"uploadId": upload_id}).raise_for_status()
            n_ended += len(uploads)
            if not uploads:
                break
    return n_ended


def _bucket_url(name: str, region: str) -> str:
    endpoint = next((os.environ[variable] for variable in ENDPOINTS if os.environ.get(variable)), "")
    return f"{endpoint.rstrip('/')}/{name}" if endpoint else f"https://{name}.s3.{region}.amazonaws.com"


def _uploads(client: httpx.Client, url: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Key and id of unfinished uploads, a thousand at most."""
    answer = client.get(url, params={"prefix": prefix, "uploads": ""}).raise_for_status()
    for upload in ElementTree.fromstring(answer.content).iter():
        if upload.tag.rpartition("}")[2] == "Upload":
            said = {field.tag.rpartition("}")[2]: field.text or "" for field in upload}
            yield said["Key"], said["UploadId"]
