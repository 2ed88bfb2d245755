"""What every command loads, whatever its surroundings are."""

import django.db.models
import django.http  # noqa: F401

from bihuan.cli.main import groups

groups()
