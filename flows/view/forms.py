"""What a form of these pages sends: a few short fields, and the token that stands in it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from flows.view.site import site_of

MAX_FORM_BYTES = 20_000
MAX_FIELDS = 20


class FormError(ValueError):
    """A form that is not one of these pages' own, or is of a server that has ended since."""


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form, each once; FormError where they are no form's, or its token is not this site's."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise FormError("The form is too long.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise FormError("The form cannot be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FormError("The form says something twice.")
    if not hmac.compare_digest(fields.pop("form_token", "").encode(), site_of(request).form_token.encode()):
        raise FormError("This page is from before `newsmill view` was started again: load it anew.")
    return fields
