"""Prints every form of the five demos and opens each Word file in LibreOffice: python -m tools.papers [FOLDER]

LibreOffice is installed by apt where it is missing and the user may; otherwise this fails and says so.
The files stay in FOLDER (build/papers) to be looked at.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PACKS = ("mall", "auto", "home", "returns", "general")
CASES = 40  # of each demo, those with the longest history
APT = [
    "apt-get",
    "install",
    "-y",
    "--no-install-recommends",
    "libreoffice-writer",
    "fonts-noto-cjk",
]
PAPER = re.compile(r'href="(/cases/[^"]+/papers/([^/"]+)/\d+\.)pdf"')


def office() -> str:
    """LibreOffice's command; installed first where it is missing."""
    if not shutil.which("soffice"):
        if os.geteuid() or not shutil.which("apt-get"):
            sys.exit("LibreOffice is missing: run as root, " + " ".join(APT))
        subprocess.run(APT, check=True, stdout=subprocess.DEVNULL)
    return shutil.which("soffice") or sys.exit("LibreOffice could not be installed")


def print_all(pack: str, out: Path) -> list[Path]:
    """One file of each form of one demo, as Word and PDF; run in a process of its own."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from bihuan.desk import demo
    from bihuan.records.models import Case

    call_command("migrate", verbosity=0)
    made = demo.make(int(time.time()), pack)
    assert isinstance(made, demo.Made), made
    users = [get_user_model().objects.get(username=person.username) for person in made.people]
    numbers = Case.objects.order_by("-events").values_list("number", flat=True)[:CASES]
    written: dict[str, list[Path]] = {}
    for language in ("zh-hans", "en"):
        for user in users:
            client = Client(headers={"host": "localhost"})
            client.force_login(user)
            client.cookies["django_language"] = language
            for number in numbers:
                page = client.get(f"/cases/{number}/").content.decode()
                for start, code in PAPER.findall(page):
                    name = f"{pack}-{code}-{language}"
                    if name not in written:
                        written[name] = [_write(client, start, out / name, end) for end in ENDINGS]
    return [path for paths in written.values() for path in paths]


ENDINGS = ("pdf", "docx")


def _write(client: Any, start: str, to: Path, ending: str) -> Path:
    first, again = client.get(start + ending), client.get(start + ending)
    if first.status_code != 200 or first.content != again.content:
        sys.exit(f"{start}{ending}: {first.status_code}, or not the same bytes when printed again")
    path = to.with_suffix(f".{ending}")
    path.write_bytes(first.content)
    return path


def main() -> None:
    """Print, open, count."""
    if len(sys.argv) > 3 and sys.argv[1] == "--one":
        print_all(sys.argv[2], Path(sys.argv[3]))
        return
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "build/papers")
    out.mkdir(parents=True, exist_ok=True)
    command = office()
    for pack in PACKS:
        with tempfile.TemporaryDirectory() as home:
            env = os.environ | {
                "BIHUAN_HOME": home,
                "DATABASE_URL": "",
                "DJANGO_SETTINGS_MODULE": "bihuan.site.settings",
            }
            one = [sys.executable, "-m", "tools.papers", "--one", pack, str(out)]
            subprocess.run(one, env=env, check=True)
    words = sorted(out.glob("*.docx"))
    opened = out / "opened"
    convert = [command, "--headless", "--convert-to", "pdf", "--outdir", str(opened)]
    with tempfile.TemporaryDirectory() as profile:
        convert.insert(1, f"-env:UserInstallation=file://{profile}")
        subprocess.run([*convert, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    missing = [path.name for path in words if not (opened / path.with_suffix(".pdf").name).exists()]
    if missing:
        sys.exit(f"LibreOffice could not open: {', '.join(missing)}")
    print(f"{len(words)} forms printed twice alike and opened in LibreOffice: {out}")


if __name__ == "__main__":
    main()
