"""Secrets in addresses: none survives, and text without any stays as it is."""

from __future__ import annotations

import string
import time
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.settings import Settings, mask_secrets

NAME = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8)
SECRET = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=3, max_size=20)
SCHEME = st.sampled_from(["s3", "https", "http", "ftp", "gs", "postgresql+psycopg"])
PARAMETER = st.sampled_from(
    [
        "token",
        "access_token",
        "refresh-token",
        "key",
        "api_key",
        "apikey",
        "X-Goog-Api-Key",
        "sig",
        "Signature",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "X-Amz-Security-Token",
        "AWSAccessKeyId",
        "password",
        "passwd",
        "secret",
        "client_secret",
        "auth",
        "sessionid",
    ]
)


@given(SCHEME, st.sampled_from(["://", ":/"]), NAME, SECRET, NAME)
def test_no_password_survives(scheme: str, separator: str, user: str, secret: str, host: str) -> None:
    told = mask_secrets(f"cannot read {scheme}{separator}{user}:{secret}@{host}/in.txt: refused")
    assert told == f"cannot read {scheme}{separator}***@{host}/in.txt: refused"


@given(SCHEME, NAME, NAME)
def test_no_key_before_a_host_survives(scheme: str, key: str, host: str) -> None:
    assert mask_secrets(f"{scheme}://{key}@{host}/a") == f"{scheme}://***@{host}/a"


@given(NAME, PARAMETER, SECRET, st.booleans())
def test_no_value_that_gives_access_survives(host: str, parameter: str, secret: str, is_first: bool) -> None:
    assume(not set(secret) & set("&#@"))
    before = "?" if is_first else "?page=2&"
    told = mask_secrets(f"https://{host}.example/in{before}{parameter}={secret}&lang=en")
    assert told == f"https://{host}.example/in{before}{parameter}=***&lang=en"


def test_both_at_once_and_one_address_inside_another() -> None:
    assert mask_secrets("https://me:a/b@h/x?token=c/d@e") == "https://***@e"
    assert mask_secrets("https://h/go?next=https://me:pw@other/x") == "https://h/go?next=https://***@other/x"


@pytest.mark.parametrize(
    "text",
    [
        "Write to editor@example.com? Or to @newsroom!",
        "https://example.com/@somebody/123?page=2",
        "Is the key = under the mat? token=3",
        "https://example.com/search?q=key&lang=en&monkey=1&author=x",
        "http://127.0.0.1:4200/runs/flow-run/1b2c",
        "plain@home.txt",
        "C:/Users/a@b",
        "deep/er/story-1.txt; 3 files: ratio 1:/2",
    ],
)
def test_ordinary_text_is_untouched(text: str) -> None:
    assert mask_secrets(text) == text


@given(st.text(string.ascii_letters + string.digits + " .,@?!()'\n", max_size=80))
def test_prose_is_untouched(text: str) -> None:
    assert mask_secrets(text) == text


def test_settings_as_they_are_stored() -> None:
    settings = Settings(seeds=("https://h/feed?sig=abc",), corrections="s3://k:a/b@bucket/c.csv")
    stored = settings.without_secrets()
    assert stored["seeds"] == ["https://h/feed?sig=***"]
    assert stored["corrections"] == "s3://***@bucket/c.csv"


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "ab://" * n,
        lambda n: "@" + "ab://" * n,
        lambda n: "ab:/c" * n + "@",
        lambda n: "?" + "token" * n,
        lambda n: "?key" * n,
        lambda n: "?" + "_" * n,
        lambda n: "a." * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    def seconds(n: int) -> float:
        text, best = make(n), 9.0
        for _ in range(3):
            started = time.process_time()
            mask_secrets(text)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(160_000) < 10 * max(seconds(40_000), 0.005)  # quadratic would be 16
