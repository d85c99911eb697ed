"""Who may ask the page, and what a browser may do with its answer.

The page shows what may be confidential, to a browser that visits other sites too. So:

- it answers only requests that name it as their host, or a site could have its own name lead here (DNS rebinding);
- it answers only GET and HEAD, and refuses what another site's page asks for in the background;
- a POST is answered at the addresses alone that change something, if there are any, and only to a page of its own: the
  browser's Origin must say so, as must the token that stands in the form (see flows/view/forms.py);
- where it listens to other machines, it wants a token, which the link that it prints holds and a cookie keeps;
- its pages may load nothing but what they come with, run no script or style that stands in them, and stand in no frame.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # a link to an article's own address must not tell what was searched for
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """Stands before the pages. ``port`` is the page's own; with a ``token`` any host name will do.

    ``posts`` are the paths at which something may be changed.
    """

    def __init__(self, app: ASGIApp, port: int, token: str = "", posts: Collection[str] = ()) -> None:
        self._app = app
        self._token = token
        self._posts = posts
        self._cookie = f"newsmill_view_{port}"
        self._hosts = (
            None if token else {f"{name}:{port}" for name in LOCAL_NAMES} | ({*LOCAL_NAMES} if port == 80 else set())
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or answer with the headers that keep a browser in bounds."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._refusal(scope) or self._app
        await answer(scope, receive, send_safely)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if self._hosts is not None and host not in self._hosts:
            return PlainTextResponse("This page answers only to its own address.\n", 403)
        if scope["method"] == "POST" and scope["path"] in self._posts:
            if not _is_own_form(headers, host):
                return PlainTextResponse("Only a page of this site may change anything.\n", 403)
        elif scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("This page can only be read.\n", 405, {"Allow": "GET, HEAD"})
        if _is_from_elsewhere(headers, host):
            return PlainTextResponse("This page is not for other sites.\n", 403)
        return self._ask_for_token(scope, headers) if self._token else None

    def _ask_for_token(self, scope: Scope, headers: Headers) -> Response | None:
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(pairs).get("token")
        if given is not None and self._is_token(given):
            rest = urlencode([(name, value) for name, value in pairs if name != "token"])
            # The path is the one asked for, never an address of another host.
            answer = RedirectResponse("/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else ""), 303)
            answer.set_cookie(self._cookie, self._token, httponly=True, samesite="lax")
            return answer
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if (scheme.lower() == "bearer" and self._is_token(bearer)) or self._is_token(self._kept(headers)):
            return None
        return PlainTextResponse("Open the link that `newsmill view` printed: it holds the token.\n", 401)

    def _kept(self, headers: Headers) -> str:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return morsel.value if morsel else ""

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


def _is_own_form(headers: Headers, host: str) -> bool:
    """Whether a page of this site sends a form: browsers name the origin of every POST, and nobody else need send any.

    A proxy with TLS before this server makes the scheme another; the host is the same.
    """
    origin = urlsplit(headers.get("origin", ""))
    return (
        origin.scheme in ("http", "https")
        and origin.netloc.lower() == host
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and headers.get("content-type", "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    )


def _is_from_elsewhere(headers: Headers, host: str) -> bool:
    """Whether another site's page asks; a link that a person follows from there is no matter."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host:
        return True
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate"
