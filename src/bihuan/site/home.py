"""Where a running Bihuan keeps what is its own: the data folder, and the secret key in it."""

import os
import secrets
from pathlib import Path


def data_folder() -> Path:
    """``BIHUAN_HOME``, or ``var`` in the current folder; made when missing, for its owner only."""
    folder = Path(os.environ.get("BIHUAN_HOME") or "var").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path) -> str:
    """The installation's secret: made on first use, the same for every process that asks."""
    kept = folder / "secret_key"
    if not kept.exists():
        mine = folder / f".secret_key.{os.getpid()}"
        mine.unlink(missing_ok=True)
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(mine, kept)  # fails, instead of replacing, if another process was first
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return kept.read_text().strip()
