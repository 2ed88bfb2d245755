"""Reads people from a real OpenLDAP server: `python -m tools.ldap_walk [--people 1200]`.

The server is Debian's package, unpacked into a folder that is thrown away and run on a port of this
machine alone; nothing is installed. It ends with what was read, or with what differs.
"""

import argparse
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE, READER, PASSWORD = "dc=firm", "cn=reader,dc=firm", "a-reader-of-the-walk"
PACKAGES = ("slapd", "libltdl7")


@contextmanager
def running() -> Iterator[str]:
    """The address of a server that knows nobody but its reader."""
    if not shutil.which("apt-get"):
        raise RuntimeError("the server comes as Debian's package: apt-get is missing")
    with tempfile.TemporaryDirectory(prefix="bihuan-ldap-") as name:
        folder, port = Path(name), _free_port()
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder], check=True)
        (folder / "data").mkdir()
        schemas = "\n".join(
            f"include {folder}/etc/ldap/schema/{one}.schema"
            for one in ("core", "cosine", "inetorgperson")
        )
        (folder / "slapd.conf").write_text(
            f"{schemas}\nmodulepath {folder}/usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\n"
            f'suffix "{BASE}"\nrootdn "{READER}"\nrootpw {PASSWORD}\ndirectory {folder}/data\n'
        )
        found = (path.parent for path in folder.rglob("*.so*") if path.name.startswith("lib"))
        libraries = os.pathsep.join(sorted({str(one) for one in found}))
        address = f"ldap://127.0.0.1:{port}"
        process = subprocess.Popen(
            [folder / "usr/sbin/slapd", "-f", folder / "slapd.conf", "-h", address, "-d", "0"],
            env=os.environ | {"LD_LIBRARY_PATH": libraries},
        )
        try:
            _wait(port, process)
            yield address
        finally:
            process.terminate()
            process.wait(10)


def main() -> None:
    """Walk with the product's own settings, on a data folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1200)
    count = parser.parse_args().people
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        import django

        django.setup()
        _walk(count)


def _walk(count: int) -> None:
    """Fill the server, read it in pages, and try what has to be refused."""
    import ldap3

    from bihuan.channels.ldap import NoDirectoryError, people_in

    place = f"ou=people,{BASE}"
    with running() as address:
        told = ldap3.Connection(ldap3.Server(address), READER, PASSWORD, auto_bind=True)
        told.add(BASE, ["dcObject", "organization"], {"o": "firm", "dc": "firm"})
        told.add(place, "organizationalUnit")
        for number in range(count):
            said = {"sn": "示例", "cn": f"示例{number}", "mail": f"e{number}@firm.example",
                    "mobile": "13800000021", "preferredLanguage": "en", "title": "clerk@firm"}  # fmt: skip
            assert told.add(f"uid=e{number},{place}", ["inetOrgPerson"], said), told.result
        signed = {"user": READER, "password": PASSWORD}
        begun = time.perf_counter()
        found = list(people_in(address, place, "(objectClass=person)", posts="title", **signed))
        took = time.perf_counter() - begun
        assert {one.username for one in found} == {f"e{number}" for number in range(count)}
        assert all(one.id and one.posts == {"clerk@firm"} for one in found)
        for where, which, who in (
            (place, "(objectClass=person)", signed | {"password": "another"}),
            (f"ou=nowhere,{BASE}", "(objectClass=person)", signed),
            (place, "(((no filter", signed),
        ):
            try:
                read = list(people_in(address, where, which, **who))
            except NoDirectoryError as refused:
                print(f"refused: {refused}")
            else:
                raise AssertionError(f"{len(read)} people where none may be read")
        print(f"{len(found)} people read in {took:.1f} s")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the directory server did not start")


if __name__ == "__main__":
    main()
