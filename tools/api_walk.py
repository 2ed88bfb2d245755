"""Walks the API's document longer than the tests do: `python -m tools.api_walk [--examples 300] [--seed 1]`.

A mall is set up in a data folder that is thrown away, and each operation is asked so many made-up
requests. It ends with the statuses that came, or with the request that was answered by a failure.
"""

import argparse
import os
import tempfile
import time


def main() -> None:
    """Set the mall up, walk, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            BIHUAN_HOME=home,
            BIHUAN_API_RATE="1000000",
            BIHUAN_HOSTS="*",
            DATABASE_URL="",
            DJANGO_SETTINGS_MODULE="bihuan.site.settings",
        )
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from tests.channels.api.test_document import walk_of
        from tests.web.mall import open_mall

        begun = time.perf_counter()
        found = walk_of(open_mall(), asked.examples, asked.seed).run()
        for label, seen in found.items():
            print(label, *(f"{status}×{times}" for status, times in sorted(seen.items())))
        total = sum(sum(seen.values()) for seen in found.values())
        print(f"{total} requests in {time.perf_counter() - begun:.0f} s, none failed")


if __name__ == "__main__":
    main()
