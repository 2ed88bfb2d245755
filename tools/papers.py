"""Prints every form and every report of the five demos and opens each Word and Excel file in LibreOffice:
python -m tools.papers [FOLDER]

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
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

PACKS = ("mall", "auto", "home", "returns", "general")
CASES = 40  # of each demo, those with the longest history
APT = [
    "apt-get",
    "install",
    "-y",
    "--no-install-recommends",
    "libreoffice-writer",
    "libreoffice-calc",
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
    """One file of each form and each report of one demo, in each of their kinds; run in a process of its own."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from bihuan.desk import demo, reports

    call_command("migrate", verbosity=0)
    now = int(time.time())
    made = demo.make(now, pack)
    assert isinstance(made, demo.Made), made
    reports.issue(now)
    written: dict[str, list[Path]] = {}
    for language in ("zh-hans", "en"):
        for person in made.people:
            client = Client(headers={"host": "localhost"})
            client.force_login(get_user_model().objects.get(username=person.username))
            client.cookies["django_language"] = language
            for name, start, endings in (*_forms(client), *_reports(client)):
                label = f"{pack}-{name}-{language}"
                if label not in written:
                    written[label] = [_write(client, start, out / label, end) for end in endings]
    return [path for paths in written.values() for path in paths]


def _forms(client: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    from bihuan.records.models import Case

    for number in Case.objects.order_by("-events").values_list("number", flat=True)[:CASES]:
        page = client.get(f"/cases/{number}/").content.decode()
        yield from ((code, start, ("pdf", "docx")) for start, code in PAPER.findall(page))


def _reports(client: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every report one may ask for, and of those issued the newest of each for the whole and for a unit."""
    from bihuan.records.models import IssuedReport

    endings = ("pdf", "docx", "xlsx")
    listed = client.get("/reports/").content.decode()
    for one in IssuedReport.objects.order_by("-as_of", "-id"):
        if f"/reports/{one.pk}/" in listed:
            yield f"{one.name}-{'part' if one.unit else 'whole'}", f"/reports/{one.pk}.", endings
    for asked in re.findall(r'href="/reports/any/(\?[^"]+)"', listed):
        name = re.sub(r"\W+", "-", unquote(asked.partition("report=")[2]))
        yield f"{name}-any", f"/reports/any.{{}}{unescape(asked)}", endings


def _write(client: Any, start: str, to: Path, ending: str) -> Path:
    url = start.format(ending) if "{}" in start else start + ending
    first, again = client.get(url), client.get(url)
    if first.status_code != 200 or first.content != again.content:
        sys.exit(f"{url}: {first.status_code}, or not the same bytes when printed again")
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
    files = [path for ending in ("docx", "xlsx") for path in _opened(command, out, ending)]
    print(
        f"{len(files)} files of forms and reports written twice alike and opened in LibreOffice: {out}"
    )


def _opened(command: str, out: Path, ending: str) -> list[Path]:
    """The files of one kind, each opened in LibreOffice and written as PDF beside them."""
    files, opened = sorted(out.glob(f"*.{ending}")), out / f"opened-{ending}"
    with tempfile.TemporaryDirectory() as profile:
        own = f"-env:UserInstallation=file://{profile}"
        convert = [command, own, "--headless", "--convert-to", "pdf", "--outdir", str(opened)]
        subprocess.run([*convert, *map(str, files)], check=True, stdout=subprocess.DEVNULL)
    missing = [path.name for path in files if not (opened / f"{path.stem}.pdf").exists()]
    if missing:
        sys.exit(f"LibreOffice could not open: {', '.join(missing)}")
    return files


if __name__ == "__main__":
    main()
