"""Runs a real Dovecot for as long as something needs it, on a port of this machine alone.

    python -m tools.mailbox    prints where the program is, installing it by apt where it is missing

Any number run side by side, each with its mails in a folder of its own. As root the mails belong to
``nobody``, because Dovecot gives no mail to root.
"""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

PASSWORD = "a-box-of-the-tests"
_names = count(1)


def installed() -> str | None:
    """Where Dovecot is, with its IMAP; None where it is not."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    folders = (
        Path("/usr/lib/dovecot"),
        Path("/usr/libexec/dovecot"),
        Path("/usr/local/libexec/dovecot"),
    )
    return found if found and any((folder / "imap").exists() for folder in folders) else None


def install() -> None:
    """Debian's package; only root may, anybody else is told what to ask for. Raises RuntimeError."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise RuntimeError(
            "Dovecot is missing: ask an administrator for `apt-get install dovecot-imapd`."
        )
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", "dovecot-imapd"],
    ):
        subprocess.run(
            command, check=True, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr
        )


@dataclass
class Server:
    """A running server; every user exists, with the same password."""

    folder: Path
    port: int
    owner: tuple[int, int]
    process: "subprocess.Popen[bytes]"

    def inbox(self, user: str) -> Path:
        """The Maildir of a user's inbox, made where it is missing."""
        place = self.folder / "mail" / user
        for name in ("", "tmp", "new", "cur"):
            made = place / name
            made.mkdir(parents=True, exist_ok=True)
            self.give(made)
        return place

    def deliver(self, user: str, raw: bytes) -> None:
        """Put a mail into a user's inbox, as a mail system does: whole, or not at all."""
        place = self.inbox(user)
        name = f"{int(time.time())}.{next(_names)}.test"
        file = place / "tmp" / name
        file.write_bytes(raw)
        self.give(file)
        file.rename(place / "new" / name)

    def give(self, path: Path) -> None:
        """Let the mails belong to whom the server reads them as."""
        if os.geteuid() == 0:
            os.chown(path, *self.owner)

    def renumber(self, user: str) -> None:
        """Give the inbox another UIDVALIDITY: its mails are numbered anew."""
        for path in self.inbox(user).glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # a validity is the second in which it was made

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()


@contextmanager
def running(port: int = 0) -> Iterator[Server]:
    """Start a server, wait until it answers, stop it and leave nothing behind."""
    program = installed()
    if program is None:
        install()
        program = installed()
    if program is None:
        raise RuntimeError("Dovecot was installed, but cannot be found.")
    place = "/tmp" if os.geteuid() == 0 else None  # where another user can follow
    with tempfile.TemporaryDirectory(prefix="bihuan-box-", dir=place) as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = port or _free_port()
        uid, gid = _owner()
        server = Server(folder, port, (uid, gid), None)  # type: ignore[arg-type]
        (folder / "mail").mkdir(mode=0o755)
        server.give(folder / "mail")
        configuration = folder / "dovecot.conf"
        configuration.write_text(_configuration(folder, port, uid, gid))
        with (folder / "out").open("wb") as out:
            server.process = subprocess.Popen(
                [program, "-F", "-c", str(configuration)], stdout=out, stderr=out
            )
        try:
            _wait(server)
            yield server
        finally:
            server.stop()


def _owner() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _configuration(folder: Path, port: int, uid: int, gid: int) -> str:
    own = ""
    if os.geteuid() != 0:
        me, group = pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name
        own = f"default_internal_user = {me}\ndefault_internal_group = {group}\ndefault_login_user = {me}\n"
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = {uid}
last_valid_uid = {uid}
first_valid_gid = {gid}
{own}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(server: Server) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        with suppress(OSError, imaplib.IMAP4.error):
            imaplib.IMAP4("127.0.0.1", server.port).logout()
            return
        time.sleep(0.05)
    log = server.folder / "log"
    said = (log if log.exists() else server.folder / "out").read_text(errors="replace")
    raise RuntimeError(f"Dovecot did not start:\n{said[-2000:]}")


def main() -> int:
    """Say where Dovecot is; fail where there is none and none can be installed."""
    try:
        if installed() is None:
            print("No Dovecot yet; installing it …", file=sys.stderr)
            install()
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    print(installed())
    return 0


if __name__ == "__main__":
    sys.exit(main())
