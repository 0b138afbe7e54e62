from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    name = "deals"
    verbose_name = _("Purchases from the United States")
    default_auto_field = "django.db.models.BigAutoField"
