"""Commands that run: serve (all in one), web, worker."""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, USAGE, Speaker, stop
from bihuan.engine.words import Text

THREADS = 8
LOOK_EVERY = 0.25  # seconds between looks at whether to stop
PORT = 8000


def add(commands: Commands) -> None:
    """Declare the commands."""
    serve = commands.add(
        "serve",
        run_serve,
        Text("启动：网页、后台与定时，一个进程", "start pages, worker and schedule in one process"),
        json=False,
    )
    web = commands.add("web", run_web, Text("只启动网页", "start the pages only"), json=False)
    for command in (serve, web):
        command.take(
            "--host",
            default="127.0.0.1",
            says=Text("监听地址(默认本机)", "address to listen on (this machine)"),
        )
        command.take(
            "--port", type=int, default=PORT, says=Text(f"端口(默认 {PORT})", f"port ({PORT})")
        )
    commands.add(
        "worker", run_worker, Text("只启动后台与定时", "start worker and schedule only"), json=False
    )


def run_serve(args: argparse.Namespace, speaker: Speaker) -> int:
    return _run(speaker, lambda stopping: _serve(args, speaker, stopping, worker=True))


def run_web(args: argparse.Namespace, speaker: Speaker) -> int:
    return _run(speaker, lambda stopping: _serve(args, speaker, stopping, worker=False))


def run_worker(_: argparse.Namespace, speaker: Speaker) -> int:
    def work(stopping: threading.Event) -> int:
        store.open_data()
        speaker.say(Text("后台已启动", "the worker runs"))
        sys.stdout.flush()
        _worker_loop()(stopping)
        return OK

    return _run(speaker, work)


def _run(speaker: Speaker, does: Callable[[threading.Event], int]) -> int:
    """Run until SIGTERM or SIGINT. What has begun, a request or a step of the start, is finished.

    The signal only sets the event, which is looked at between steps: an exception out of a signal
    handler may be lost wherever Python happens to be. A second signal ends the process at once.
    """
    stopping = threading.Event()

    def stop_soon(number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stopping.set()

    before = {
        number: signal.signal(number, stop_soon) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        code = does(stopping)
    finally:
        stopping.set()
        for number, handler in before.items():
            signal.signal(number, handler)
    speaker.say(Text("已停止", "stopped"))
    return code


def _serve(
    args: argparse.Namespace, speaker: Speaker, stopping: threading.Event, *, worker: bool
) -> int:
    with _listen(args.host, args.port) as listening:
        store.open_data()
        if stopping.is_set():
            return OK
        from django.core.wsgi import get_wsgi_application
        from waitress import wasyncore
        from waitress.server import create_server

        channels: dict[int, Any] = {}
        server = create_server(
            get_wsgi_application(),
            map=channels,
            sockets=[listening],
            threads=THREADS,
            ident="bihuan",
            clear_untrusted_proxy_headers=False,
        )
        thread = _start_worker(stopping) if worker else None
        try:
            _greet(listening, speaker)
            while not stopping.is_set():
                wasyncore.loop(timeout=LOOK_EVERY, map=channels, count=1)
        finally:
            stopping.set()
            server.task_dispatcher.shutdown(cancel_pending=True, timeout=10)
            for _ in range(10):  # what was answered meanwhile still goes out
                wasyncore.loop(timeout=0, map=channels, count=1)
            server.close()
            if thread:
                thread.join(30)
    return OK


def _listen(host: str, port: int) -> socket.socket:
    """The socket, bound before anything else is done: a port in use is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise stop(
            Text(
                f"不能监听 {host}:{port}({error})；请用 --port 换一个端口",
                f"cannot listen on {host}:{port} ({error}); choose another with --port",
            ),
            USAGE,
        ) from None
    return listening


def _greet(listening: socket.socket, speaker: Speaker) -> None:
    """Say where the pages are, and on the first run the token of the set-up page."""
    from django.conf import settings

    from bihuan.desk import setup

    host, port = listening.getsockname()[:2]
    shown = "localhost" if host in ("127.0.0.1", "::1") else host
    address = f"http://{shown}:{port}/"
    if host not in ("127.0.0.1", "::1") and not settings.HOSTS:
        speaker.warn(
            Text(
                "未设 BIHUAN_HOSTS:只有本机打得开；请设为别人访问所用的主机名(逗号分隔)",
                "BIHUAN_HOSTS is not set, so only this machine is answered; name the hosts people use "
                "(with commas)",
            )
        )
    token = None if setup.is_set_up() else setup.issue_token(now())
    if token:
        speaker.say(
            Text(
                f"首次运行，请打开 {address}setup/?token={token} 完成设置(一天内有效)",
                f"first run: open {address}setup/?token={token} to set it up (good for a day)",
            )
        )
    else:
        speaker.say(Text(f"请打开 {address}", f"open {address}"))
    sys.stdout.flush()


def _start_worker(stopping: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=_worker_loop(), args=(stopping,), name="worker", daemon=True)
    thread.start()
    return thread


def _worker_loop() -> Callable[[threading.Event], None]:
    """The workers' loop, by its name: commands and workers are rooms side by side."""
    from django.utils.module_loading import import_string

    loop: Callable[[threading.Event], None] = import_string("bihuan.workers.loop.run")
    return loop
