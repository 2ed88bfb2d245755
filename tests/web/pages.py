"""Pages as a browser reads them: their links, and their forms with what stands in them and what can be typed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

Kind = tuple[str, str, str]
TYPED = frozenset({"text", "search", "tel", "email", "url", "textarea", ""})

LEAVING = frozenset(
    {"data-whole", "data-download", "target"}
)  # what `sending.js` leaves to the browser


@dataclass
class Form:
    """A form as a browser would send it: where, how, its fields as they stand, which are typed, which take files."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)  # texts, and what else has to be typed
    files: list[str] = field(default_factory=list)
    typing: str = ""  # how it was announced to be sent
    draft: str = ""  # under which name the browser keeps what is typed
    leaves: bool = False  # the page goes away with it, whatever comes back


class Page(HTMLParser):
    """The forms and links of a page, and the fields that are marked as wrong."""

    def __init__(self, address: str, content: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.wrong: set[str] = set()
        self.texts: list[str] = []
        self._select = self._area = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href"):
            self.links.append(urljoin(self.address, told["href"]))
        if tag == "form":
            self.forms.append(
                Form(
                    urljoin(self.address, told.get("action", "")),
                    told.get("method", "get").lower(),
                    typing=told.get("enctype", ""),
                    draft=told.get("data-draft", ""),
                    leaves=bool(LEAVING & told.keys()),
                )
            )
            return
        name = told.get("name", "")
        if name and told.get("aria-invalid") == "true":
            self.wrong.add(name)
        if tag == "option" and self._select and self.forms and told.get("value"):
            chosen = self.forms[-1].values
            if "selected" in told or not chosen[self._select]:
                chosen[self._select] = told["value"]
        if self.forms and name:
            self._field(tag, name, told)

    def _field(self, tag: str, name: str, told: dict[str, str]) -> None:
        form = self.forms[-1]
        kind = told.get("type", "" if tag == "input" else tag)
        if tag == "select":
            self._select = name
            form.values.setdefault(name, "")
        elif kind in TYPED and tag in ("input", "textarea"):
            form.typed.append(name)
            self.texts.append(told.get("value", ""))
            if told.get("value"):
                form.values[name] = told["value"]
            elif tag == "textarea" or "required" in told:
                form.needed.append(name)
            if tag == "textarea":
                self._area = name
                form.values[name] = ""
        elif tag == "input" and kind not in ("radio", "checkbox", "file"):  # hidden, times, numbers
            form.values[name] = told.get("value", "")
        elif tag == "input" and kind in ("radio", "checkbox") and "checked" in told:
            form.values[name] = told.get("value", "on")
        elif tag == "input" and kind == "radio":
            form.values.setdefault(name, told.get("value", ""))
        elif tag == "input" and kind == "file" and name not in form.files:
            form.files.append(name)
        elif tag == "button" and told.get("type", "submit") == "submit":
            form.values.setdefault(name, told.get("value", ""))  # the first is pressed

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._area:
            self.forms[-1].values[self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""


def page_of(client: Client, address: str) -> Page | None:
    """The page at an address; None where there is none."""
    answer = client.get(address, follow=True)
    if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
        return None
    return Page(address, answer.content.decode())


def forms_of(client: Client, address: str) -> Iterator[Form]:
    """The forms of a page that post something typed."""
    page = page_of(client, address)
    assert page, f"no page at {address}"
    yield from (form for form in page.forms if form.method == "post" and form.typed)


def walk(client: Client, *starts: str, seen: set[Kind]) -> Iterator[Page]:
    """The pages that links lead to from these, one of each kind that is not `seen` yet.

    The same view with another act is another kind.
    """
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        if kind is None or kind in seen:
            continue
        if page := page_of(client, address):
            seen.add(kind)
            yield page
            waiting += page.links


@cache
def _kind(address: str) -> Kind | None:
    parts = urlsplit(address)
    if parts.netloc or "." in parts.path:  # elsewhere, or to be saved
        return None
    try:
        found = resolve(parts.path)
    except Resolver404:
        return None
    act = str(found.kwargs.get("act", "")) if "act" in found.kwargs else ""
    return found.view_name, act, "sheet" if "sheet=" in parts.query else ""
