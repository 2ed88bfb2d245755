"""The app that holds pages, assets and Jinja2 templates, and no tables."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Web: label ``web``."""

    name = "bihuan.web"
    label = "web"
