"""The API under load: registrations and acts by eight clients, over HTTP, through two web processes."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

CLIENTS = 8
WORKERS = 2
SECONDS = 5.0


def measure(site: Any, table: Any) -> None:
    """Rows of the table of figures: how many a second, how long one takes, what it costs of the processor."""
    from django.db import connection

    from bihuan.desk import tokens

    made = tokens.make(
        int(site.people["service_desk"]), "bench", ["read", "register", "act"], now=site.now
    )
    assert isinstance(made, str), made
    connection.close()
    with serving() as servers:
        load = Load([port for port, _ in servers], made)
        numbers: list[str] = []

        def register(index: int) -> tuple[str, dict[str, Any]]:
            facts = site.facts(index)
            del facts["unit"]
            return "/api/v1/cases", facts

        def acknowledge(index: int) -> tuple[str, dict[str, Any]]:
            when = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(site.now + 86_400))
            data = {"agreed_time": when}
            return f"/api/v1/cases/{numbers[index]}/acts", {"act": "acknowledge", "data": data}

        pids = [pid for _, pid in servers]
        for what, make, budget in (
            ("register", register, 1_050),
            ("act", acknowledge, 600),
        ):
            load.run(make, 1.0 if what == "register" else 0.0)
            before = cpu(pids)
            answers, times, took = load.run(make, SECONDS)
            spent = (cpu(pids) - before) / max(1, len(times))
            numbers += [one["number"] for one in answers if what == "register"]
            rate = len(times) / took
            slow = statistics.quantiles(times, n=100)[98] * 1000
            table.row(
                f"API: {what}, eight clients, a second", rate, "/s", None, f"≥ {budget:,}",
                verdict=rate >= budget,
            )  # fmt: skip
            table.row(f"API: {what}, p50", statistics.median(times) * 1000, "ms")
            table.row(f"API: {what}, p99", slow, "ms")
            table.row(f"API: {what}, processor of the web processes", spent * 1000, "ms")


class Load:
    """Eight clients that keep their connections, on so many web processes."""

    def __init__(self, ports: list[int], token: str) -> None:
        self.ports = ports
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.sent = 0
        self.lock = threading.Lock()

    def run(
        self, make: Callable[[int], tuple[str, dict[str, Any]]], seconds: float
    ) -> tuple[list[dict[str, Any]], list[float], float]:
        """Send what `make` makes until the time is over or it makes no more."""
        answers: list[dict[str, Any]] = []
        times: list[float] = []
        begun = time.perf_counter()
        self.sent = 0

        def client(index: int) -> None:
            line = HTTPConnection("127.0.0.1", self.ports[index % len(self.ports)], timeout=60)
            while time.perf_counter() - begun < seconds:
                with self.lock:
                    turn, self.sent = self.sent, self.sent + 1
                try:
                    path, body = make(turn)
                except IndexError:
                    break
                started = time.perf_counter()
                line.request("POST", path, json.dumps(body), self.headers)
                answer = line.getresponse()
                said = json.loads(answer.read())
                times.append(time.perf_counter() - started)
                assert answer.status in (200, 201), said
                answers.append(said)
            line.close()

        threads = [threading.Thread(target=client, args=(index,)) for index in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers, times, time.perf_counter() - begun


@contextmanager
def serving() -> Iterator[list[tuple[int, int]]]:
    """Web processes on ports of their own, as (port, process id)."""
    env = os.environ | {"BIHUAN_API_RATE": "100000000"}
    started: list[tuple[int, subprocess.Popen[bytes]]] = []
    try:
        for _ in range(WORKERS):
            port = free_port()
            command = [sys.executable, "-m", "bihuan.cli.main", "web", "--port", str(port)]
            started.append((port, subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)))
        for port, _process in started:
            answer_comes(port)
        yield [(port, process.pid) for port, process in started]
    finally:
        for _port, process in started:
            process.send_signal(signal.SIGTERM)
        for _port, process in started:
            process.wait(30)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answer_comes(port: int) -> None:
    """Return once the process answers, with what it needs for the API loaded."""
    for _ in range(600):
        try:
            line = HTTPConnection("127.0.0.1", port, timeout=30)
            line.request("GET", "/api/v1/me")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(port)


def cpu(pids: list[int]) -> float:
    """Seconds of processor these processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
