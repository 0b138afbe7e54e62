"""The admin as a place: its name, its door and the order of its lists."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from deals import permissions

ORDER = [
    "Deal",
    "Instrument",
    "Valuation",
    "Delivery",
    "Announcement",
    "Document",
    "ProgressUpdate",
    "Obstacle",
    "HeldDeal",
    "Enterprise",
    "Partner",
    "Sector",
    "Body",
    "Event",
    "Programme",
    "Target",
    "OpeningBalance",
    "Itemisation",
    "TradeFlow",
    "Posting",
    "Balance",
    "StageChange",
    "DealCode",
    "ChangeRequest",
    "ConfirmationRule",
    "KeptBriefing",
    "User",
    "Invitation",
]


class Site(AdminSite):
    """The stock admin. One signs in on the product's own page, and nothing is deleted."""

    site_title = _("Purchases from the United States")
    site_header = _("Records of purchases from the United States")
    index_title = _("All records and lists")
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        return permissions.may_use_admin(request.user)

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        index = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return redirect(index)
        if request.user.is_authenticated:
            # Signing in anew would lead back here for ever.
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or index
        return redirect_to_login(wanted, reverse("deals:login"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """On the page of the account, where it is noted and told by a letter. Django's own would do neither."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Deals first, then what belongs to them, the lists they choose from, and what the system keeps by itself."""
        order = {name: place for place, name in enumerate(ORDER)}
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda row: order.get(row["object_name"], len(order)))
        return sorted(apps, key=lambda app: app["app_label"] != "deals")
