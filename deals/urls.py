"""The table of contents of the site."""

from allauth.account import views as sign_in
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from deals.views import (
    accounts,
    amounts,
    audit,
    bulk,
    changes,
    corrections,
    dashboard,
    deals,
    definitions,
    documents,
    drafts,
    enterprises,
    instruments,
    keys,
    obstacles,
    partners,
    progress,
    sectors,
    states,
    trade,
    what_if,
)

app_name = "deals"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("what-if/", what_if.what_if, name="what-if"),
    path("changes/", changes.changes, name="changes"),
    path("deals/", deals.deal_list, name="deal-list"),
    path("deals/new/", deals.deal_new, name="deal-new"),
    path("deals/bulk/", bulk.bulk, name="bulk"),
    path("deals/likely/", deals.deals_likely, name="deals-likely"),
    path("deals/<str:code>/", deals.deal_detail, name="deal-detail"),
    path("deals/<str:code>/edit/", deals.deal_edit, name="deal-edit"),
    path("deals/<str:code>/log/", progress.menu, name="deal-log-menu"),
    path("deals/<str:code>/log/<str:kind>/", progress.log, name="deal-log"),
    path("deals/<str:code>/unchanged/", progress.unchanged, name="deal-unchanged"),
    path("deals/<str:code>/sign/<str:door>/", instruments.sign, name="sign"),
    path("deals/<str:code>/sign/<str:door>/discharge/", instruments.sign_discharge, name="sign-discharge"),
    path("deals/<str:code>/sign/<str:door>/check/", instruments.sign_check, name="sign-check"),
    path("deals/<str:code>/correct/<str:kind>/<int:pk>/", corrections.correct, name="correct"),
    path("deals/<str:code>/withdraw/<str:kind>/<int:pk>/", corrections.withdraw, name="withdraw"),
    path("enterprises/", enterprises.enterprise_list, name="enterprise-list"),
    path("enterprises/<str:code>/", enterprises.enterprise_detail, name="enterprise-detail"),
    path("partners/", partners.partner_list, name="partner-list"),
    path("partners/<slug:slug>/", partners.partner_detail, name="partner-detail"),
    path("sectors/<slug:code>/", sectors.sector_detail, name="sector-detail"),
    path("states/<str:state>/", states.state_detail, name="state-detail"),
    path("obstacles/", obstacles.obstacle_list, name="obstacle-list"),
    path("obstacles/<int:pk>/", obstacles.obstacle_detail, name="obstacle-detail"),
    path("trade/", trade.trade, name="trade"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("amounts/echo/", amounts.echo, name="amount-echo"),
    path("drafts/save/", drafts.save, name="draft-save"),
    path("drafts/discard/", drafts.discard, name="draft-discard"),
    path("keys/", keys.keys, name="keys"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export, name="audit-export"),
    path("account/", accounts.account, name="account"),
    path("invitation/<str:token>/", accounts.invitation, name="invitation"),
    path("sign-in/", sign_in.login, name="login"),
    path("sign-out/", require_POST(login_not_required(sign_in.logout)), name="logout"),
    path("language/", login_not_required(set_language), name="language"),
]
