"""A browser without a screen: cookies, forms as they are served, what was answered."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TIMEOUT = 30.0


class LostError(Exception):
    """No answer came: whether it was done is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    to: str  # where it sends us on
    text: str


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, what it carries, which controls it has."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action") or given.get("hx-post", "")))
        elif self.found and given.get("name") and tag in ("input", "select", "textarea", "button"):
            self.found[-1].names.add(given["name"])
            if given.get("type") == "hidden":
                self.found[-1].hidden[given["name"]] = given.get("value", "")


def form_in(page: str, action: str) -> Form | None:
    """The form of a page that is sent to `action`."""
    reader = _Forms()
    reader.feed(page)
    return next((form for form in reader.found if form.action == action), None)


class Browser:
    """One person's browser; its cookies outlive the server."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.line: http.client.HTTPConnection | None = None
        self.port = 0

    def use(self, port: int) -> None:
        """Talk to the server on this port from now on."""
        self.close()
        self.port = port

    def close(self) -> None:
        """Hang up."""
        if self.line:
            self.line.close()
        self.line = None

    def get(self, url: str) -> Answer:
        """Ask for a page. Raises LostError."""
        return self._ask("GET", url, None)

    def post(self, url: str, values: dict[str, str]) -> Answer:
        """Send a form. Raises LostError."""
        return self._ask("POST", url, urlencode(values))

    def _ask(self, method: str, url: str, body: str | None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "zh-CN",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            self.line.request(method, url, body, headers)
            answer = self.line.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise LostError(repr(error)) from None
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(answer.status, answer.headers.get("Location", ""), text)
