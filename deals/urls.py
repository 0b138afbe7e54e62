"""The table of contents of the site."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.i18n import set_language

from deals.views import dashboard, deals, definitions, documents, enterprises, partners

app_name = "deals"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("deals/", deals.deal_list, name="deal-list"),
    path("deals/<str:code>/", deals.deal_detail, name="deal-detail"),
    path("enterprises/", enterprises.enterprise_list, name="enterprise-list"),
    path("enterprises/<str:code>/", enterprises.enterprise_detail, name="enterprise-detail"),
    path("partners/", partners.partner_list, name="partner-list"),
    path("partners/<slug:slug>/", partners.partner_detail, name="partner-detail"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("sign-in/", LoginView.as_view(template_name="deals/accounts/login.html"), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("language/", login_not_required(set_language), name="language"),
]
