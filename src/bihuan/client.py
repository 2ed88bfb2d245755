"""A thin client of the API for Python programs; it needs nothing of the server but its address and a token.

with Bihuan("https://complaints.example", token) as desk:
made = desk.register(kind="complaint", channel="phone", content="…")
desk.act(made["number"], "acknowledge", agreed_time=when)
for case in desk.cases(late=True): …
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict
from urllib.parse import quote

import httpx2

Json = Any


class Registered(TypedDict):
    """What came of registering. `query_code` is for the customer and comes only this once."""

    number: str
    query_code: str
    repeated: bool


class Done(TypedDict):
    """What came of an act: the events `first` to `last` of the case's history are its."""

    number: str
    act: str
    repeated: bool
    first: int
    last: int
    query_code: str


class Problem(Exception):  # noqa: N818  (what the API calls it)
    """The API did not do it. `code`, `text`, `field`, `clauses`, `owing`, `fields` as it said."""

    def __init__(self, status: int, said: Mapping[str, Json]) -> None:
        self.status = status
        self.code = str(said.get("code", ""))
        self.text = str(said.get("text", ""))
        self.field = str(said.get("field", ""))
        self.clauses = list(said.get("clauses", ()))
        self.owing = list(said.get("owing", ()))
        self.fields = list(said.get("fields", ()))
        super().__init__(f"{status} {self.code}: {self.text}")


class _Connected:
    """Who talks to an address, until closed or the end of a `with`."""

    _http: httpx2.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


class Bihuan(_Connected):
    """The desk of one person, by their token."""

    def __init__(
        self, address: str, token: str, *, language: str = "en", timeout: float = 20
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        base = f"{address.rstrip('/')}/api/v1"
        self._http = httpx2.Client(base_url=base, headers=headers, timeout=timeout)

    # -- Doing -------------------------------------------------------------------------------------

    def register(self, *, act_id: str = "", **told: Json) -> Registered:
        """Register a case; the same `act_id` brings the first number again."""
        made: Registered = self.send("POST", "/cases", {**told, "act_id": act_id})
        return made

    def act(self, number: str, act: str, *, sheet: int = 0, act_id: str = "", **data: Json) -> Done:
        """Do an act; its fields are those that `possible` lists. Instants may be datetimes."""
        told = {name: _plain(value) for name, value in data.items()}
        body = {"act": act, "sheet": sheet, "act_id": act_id, "data": told}
        done: Done = self.send("POST", f"/cases/{quote(number)}/acts", body)
        return done

    def act_on_members(self, number: str, sequence: int) -> list[dict[str, Json]]:
        """Do the act at this place of a command case's history on all its members; what came of each."""
        path = f"/cases/{quote(number)}/history/{sequence}/members"
        found: list[dict[str, Json]] = self.send("POST", path, {})["members"]
        return found

    def publish(self, code: str, version: str, title: str, **told: Json) -> dict[str, Json]:
        """Publish a document of the library, or a new version of it."""
        body = {"code": code, "version": version, "title": title, **_query(told)}
        row: dict[str, Json] = self.send("POST", "/library", body)
        return row

    def change_organisation(self, change: str, **told: Json) -> dict[str, Json]:
        """Change units, seats, absences or people: add_unit, hold, end_holding, away, …."""
        body = {"change": change, **_query(told)}
        done: dict[str, Json] = self.send("POST", "/organisation/changes", body)
        return done

    def upload(self, path: str | Path) -> str:
        """Send a file; what comes back stands for it in an act's field of files."""
        file = Path(path)
        answer = self._http.post("/files", files={"file": (file.name, file.read_bytes())})
        return str(_checked(answer)["file"])

    # -- Reading -----------------------------------------------------------------------------------

    def case(self, number: str) -> dict[str, Json]:
        """A case, as its reader may see it."""
        return self.get(f"/cases/{quote(number)}")

    def cases(self, **asked: Json) -> Iterator[dict[str, Json]]:
        """The cases that fit, page after page as they are used: stage=…, late=True, q=…."""
        return self._pages("/cases", "cases", asked)

    def history(self, number: str) -> Iterator[dict[str, Json]]:
        """The events of a case, oldest first."""
        return self._pages(f"/cases/{quote(number)}/history", "events", {})

    def possible(self, number: str) -> list[dict[str, Json]]:
        """The acts one may think of in a case, each with its form or with why not."""
        return self.get(f"/cases/{quote(number)}/acts")

    def messages(self, **asked: Json) -> Iterator[dict[str, Json]]:
        """What was received and waits for a person; fate="all" for everything."""
        return self._pages("/messages", "messages", asked)

    def judge(self, message: int, fate: str, **told: Json) -> dict[str, Json]:
        """Say what a message is: case (with facts), addition, merged (with case), rejected (with reason)."""
        found: dict[str, Json] = self.send(
            "POST", f"/messages/{message}/judge", {"fate": fate, **told}
        )
        return found

    def owed(self, **asked: Json) -> Iterator[dict[str, Json]]:
        """What one owes, nearest due first."""
        return self._pages("/me/owed", "owed", asked)

    def get(self, path: str, **asked: Json) -> Json:
        """Any operation that reads."""
        return _checked(self._http.get(path, params=_query(asked)))

    def send(self, method: str, path: str, body: Mapping[str, Json]) -> Json:
        """Any operation with a body."""
        return _checked(self._http.request(method, path, json=dict(body)))

    def _pages(self, path: str, name: str, asked: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
        after: Json = None
        while True:
            more = {} if after is None else {"after": after}
            page = self.get(path, **asked, **more)
            yield from page[name]
            after = page["next"]
            if after is None:
                return


class Customer(_Connected):
    """The customer of one case, by its number and query code."""

    def __init__(
        self, address: str, number: str, code: str, *, language: str = "en", timeout: float = 20
    ) -> None:
        self._http = httpx2.Client(
            base_url=f"{address.rstrip('/')}/api/v1",
            auth=(number, code),
            headers={"Accept-Language": language},
            timeout=timeout,
        )

    def case(self) -> dict[str, Json]:
        """How the case stands: what comes next, what was answered, what the customer may do."""
        found: dict[str, Json] = _checked(self._http.get("/customer/case"))
        return found

    def act(self, act: str, *, act_id: str = "", **data: Json) -> Done:
        """Do an act as the customer: remark, confirm, rate, withdraw, renew_code."""
        body = {"act": act, "act_id": act_id, "data": _query(data)}
        done: Done = _checked(self._http.post("/customer/acts", json=body))
        return done


def _query(asked: Mapping[str, Json]) -> dict[str, Json]:
    return {name: _plain(value) for name, value in asked.items()}


def _plain(value: Json) -> Json:
    return value.isoformat() if isinstance(value, datetime) else value


def _checked(answer: httpx2.Response) -> Json:
    if answer.is_success:
        return answer.json()
    try:
        said = answer.json()
    except ValueError:
        said = {"text": answer.text[:300]}
    raise Problem(answer.status_code, said)


def verify_webhook(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: int, within: int = 300
) -> bool:
    """Whether a webhook's request is from who holds the secret, and not older than `within` seconds."""
    told = {name.lower(): value for name, value in headers.items()}.get("bihuan-signature", "")
    parts = dict(part.partition("=")[::2] for part in told.split(","))
    at, signed = parts.get("t", ""), parts.get("v1", "")
    if not at.isdecimal() or abs(now - int(at)) > within:
        return False
    right = hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()
    return hmac.compare_digest(right, signed)
