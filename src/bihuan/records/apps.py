"""The app that holds every table."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Records: label ``records``, so tables are named ``records_…``."""

    name = "bihuan.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
