"""The worker that reads the mail is killed three times: nothing is lost and nothing is there twice."""

import subprocess
import sys

from tools.mail_crash import __file__ as program


def test_a_worker_killed_three_times_loses_no_mail_and_keeps_none_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.mail_crash", "--kills", "3"],
        cwd=program.rpartition("/tools/")[0], capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was lost" in done.stdout
