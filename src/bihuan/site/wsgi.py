"""The WSGI application that any server can run: ``bihuan.site.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")

application = get_wsgi_application()
