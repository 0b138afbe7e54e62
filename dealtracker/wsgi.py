"""The application as gunicorn serves it. Commands that sign nothing run without a key; pages never do, nor open to
everybody what is for trying."""

import os

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealtracker.settings")

try:
    signing_key = settings.SECRET_KEY
except ImproperlyConfigured as error:
    raise SystemExit("Set SECRET_KEY in the environment (or TRIAL=1 to try the product on this machine).") from error

application = get_wsgi_application()

if found := [problem for problem in run_checks(tags=["start"], databases=["default"]) if problem.is_serious()]:
    raise SystemExit("\n".join(f"{problem.msg} {problem.hint}" for problem in found))

# With --preload the workers share what is loaded here, and each opens connections of its own.
_ = get_resolver().url_patterns
connections.close_all()
