"""Articles of somebody who wants a reader's browser to do what they say."""

from __future__ import annotations

import lxml.html

from tests.seed_folder import SeedFolder

ALIVE = "window.alive=1"
STRINGS = (
    f"<script>{ALIVE}</script>",
    f"<img src=x onerror={ALIVE}>",
    f"'\"><svg onload={ALIVE}>",
    f"javascript:{ALIVE}",
    f"{{{{ {ALIVE} }}}}{{% raw %}}",
    f"</textarea></title><iframe srcdoc='<script>parent.{ALIVE}</script>'>",
    f"</style><style>*{{background:url(javascript:{ALIVE})}}",
    f"<math><mtext><table><mglyph><style><img src onerror={ALIVE}>",
    "\u202egnp.exe\u202c \u2066hidden\u2069",
    "<a href='data:text/html,<script>parent.alive=1</script>'>here</a>",
    "&lt;script&gt;&#60;script&#62;",
    "\x02\x03 \x02<b>\x03",
)
URLS = (
    f"javascript:{ALIVE}",
    "data:text/html,<script>parent.alive=1</script>",
    "vbscript:x",
    " jAvAsCrIpT:alert(1)",
    "//evil.example/x",
    "https://evil.example/?a=1&b=<script>",
    "http://[bad",
    "\x01javascript:x",
)
EVENTS = ("onerror", "onload", "onclick", "onfocus", "onmouseover", "srcdoc", "style")


def write_hostile(seeds: SeedFolder) -> None:
    """One article a string, which stands in every field, in a quotation, as a file's name and in a broken record."""
    for number, text in enumerate(STRINGS):
        story = (
            f"{text} was seen, and Anna Smith heard of it first.\n\n“Look at {text} now,” said Anna Smith. "
            f"“Robert Jones wrote {text} himself,” said Maria Garcia. {text}"
        )
        fields = dict.fromkeys(("publisher", "section", "author", "id"), text)
        record = {
            "title": f"Story {number} {text}",
            "text": story,
            "date": "2024-02-03",
            "url": URLS[number % len(URLS)],
        }
        seeds.write_records(f"hostile-{number}.jsonl", [record | fields | {"language": "en"}, f"{{broken {text}"])
    seeds.write("<img src=x onerror=window.alive=1>.txt", "Title\n\nA file of an evil name. Anna Smith read it.\n")
    seeds.write("evil\u202egnp.jsonl", "{broken\n")
    seeds.write("'\"><svg onload=window.alive=1>.jsonl", "{broken <script>window.alive=1</script>\n")


def faults_of(page: str) -> list[str]:
    """What on a page a Content-Security-Policy would have to stop, or would mislead a reader; nothing is right."""
    faults = []
    for element in lxml.html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            if name.startswith("on") or name in EVENTS:
                faults.append(f"{element.tag} {name}={value}")
            if name in ("href", "src", "action", "xlink:href", "cite") and not value.startswith(("/", "#", "http")):
                faults.append(f"{element.tag} {name}={value}")
        if element.tag == "script" and (element.text or element.get("src") != "/static/keys.js"):
            faults.append(f"script {element.text}")
        if element.tag in ("style", "iframe", "object", "embed", "base", "img", "math"):
            faults.append(element.tag)
    return faults + [f"{sign!r} stands there" for sign in "\u202e\u202c\u2066\u2069\x02\x03\x01" if sign in page]
