from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    name = "deals"
    verbose_name = _("Purchases from the United States")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("deals.management.checks")


class AdminConfig(admin_apps.AdminConfig):
    """The stock admin with a site of our own."""

    default = False  # Only where INSTALLED_APPS names it.
    default_site = "deals.admin.site.Site"

    def ready(self) -> None:
        # First: asked for by anything else, the site would be made while its own package is imported, twice.
        import_module("deals.admin")
        super().ready()
