"""Sends what is waiting for webhooks: signed, with a time-out, and to no address of our own network."""

import hmac
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bihuan import __version__
from bihuan.channels.reaching import Refused, reachable
from bihuan.desk import webhooks
from bihuan.desk.webhooks import RETRY, Waiting

TIMEOUT = 8  # seconds for each of connecting, sending, reading
TOGETHER = 8  # addresses at once
MOST_READ = 2000  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: nothing, and `text` says why."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status < 300


def deliver(now: int) -> int:
    """Send what is due, each address in its order and several addresses at once; how much arrived.

    An address that fails is left alone for this round: what else waits for it waits on.
    """
    by_address: dict[int, list[Waiting]] = {}
    for one in webhooks.claim(now):
        by_address.setdefault(one.webhook, []).append(one)
    if not by_address:
        return 0
    with ThreadPoolExecutor(TOGETHER) as pool:
        rounds = list(pool.map(lambda waiting: _round(waiting, now), by_address.values()))
    pairs = zip(by_address.values(), rounds, strict=True)
    return sum(_keep(waiting, answers, now) for waiting, answers in pairs)


def _round(waiting: Iterable[Waiting], now: int) -> list[Answer]:
    """The answers of one address, up to the first that is not good."""
    answers: list[Answer] = []
    for one in waiting:
        answers.append(send(one, now))
        if not answers[-1].is_good:
            break
    return answers


def _keep(waiting: list[Waiting], answers: list[Answer], now: int) -> int:
    for one, answer in zip(waiting, answers, strict=False):
        note = webhooks.sent if answer.is_good else webhooks.failed
        note(one.id, answer.status, answer.text, now)
    left = waiting[len(answers) :]
    webhooks.put_off([one.id for one in left], now + RETRY[0])
    return sum(answer.is_good for answer in answers)


def signature(secret: str, body: bytes, now: int) -> str:
    """`t=…,v1=…`: HMAC-SHA256 over the instant, a dot and the body."""
    signed = hmac.digest(secret.encode(), f"{now}.".encode() + body, "sha256").hex()
    return f"t={now},v1={signed}"


def send(one: Waiting, now: int) -> Answer:
    """Send one delivery and say what came back; nothing that happens on the way is raised."""
    import httpx2

    body = one.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Bihuan/{__version__}",
        "Bihuan-Event": one.kind,
        "Bihuan-Delivery": str(one.id),
        "Bihuan-Signature": signature(one.secret, body, now),
    }
    try:
        url, host = reachable(one.url)
        with (
            httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", url, content=body, headers=headers | {"Host": host},
                extensions={"sni_hostname": host.rpartition(":")[0] or host},
            ) as response,
        ):  # fmt: skip
            return Answer(response.status_code, _beginning(response.iter_bytes()))
    except Refused as refused:
        return Answer(0, str(refused))
    except Exception as error:  # noqa: BLE001  (whatever their server does, it is told in the log)
        return Answer(0, f"{type(error).__name__}: {error}")


def _beginning(chunks: Iterable[bytes]) -> str:
    """The first of what came back; of who sends it drop by drop, what came in time."""
    read, end = b"", time.monotonic() + TIMEOUT
    for chunk in chunks:
        read += chunk
        if len(read) >= MOST_READ or time.monotonic() > end:
            break
    text = read[:MOST_READ].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)
