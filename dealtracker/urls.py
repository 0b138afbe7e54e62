"""The addresses: the product's own pages and the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("deals.urls")),
    path("admin/", admin.site.urls),
]
