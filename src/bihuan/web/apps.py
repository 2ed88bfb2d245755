"""The app that holds pages, assets and Jinja2 templates, and no tables."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Web: label ``web``."""

    name = "bihuan.web"
    label = "web"

    def ready(self) -> None:
        """Let Django know what is checked of ours."""
        from bihuan.web import checks  # noqa: F401
