"""Do the lock files pin everything by hash, and name no place to fetch it from?"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def findings() -> Iterator[str]:
    """A line for each thing a lock file must not hold, or lacks."""
    for path in sorted(ROOT.glob("requirements*.txt")):
        text = path.read_text()
        for number, line in enumerate(text.splitlines(), 1):
            if "://" in line or re.match(r"\s*(-i\b|--(extra-)?index|--find-links|-f\b)", line):
                yield f"{path.name}:{number}: names an address: {line.strip()}"
        for pin in re.split(r"\n(?=\S)", text):
            if "==" in pin.partition("\n")[0] and "--hash=sha256:" not in pin:
                yield f"{path.name}: no hash: {pin.split()[0]}"
    for path in sorted(
        (*ROOT.glob("frontend/package-lock.json"), *ROOT.glob("tools/*/package-lock.json"))
    ):
        for name, package in json.loads(path.read_text())["packages"].items():
            if "resolved" in package:
                yield f"{path.name}: names an address: {name}"
            if name and "integrity" not in package:
                yield f"{path.name}: no hash: {name}"


def main() -> int:
    """Say what is wrong; 1 if anything is."""
    found = list(findings())
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
