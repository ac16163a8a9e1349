"""Where does an administrator seat and unseat people?"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from esc_tracker.ways_back import way_back


class AccountAdminSite(admin.AdminSite):
    """The account list; it signs people in through the one sign-in page."""

    site_header = site_title = "ESC Milestone Tracker accounts"
    index_title = "Accounts"
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the one sign-in page."""
        return redirect_to_login(way_back(request.GET.get("next", "")) or reverse("admin:index"))

    def password_change(  # type: ignore[override]  # a page elsewhere, not a template here
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the one page where a passphrase is changed: it counts wrong tries and notes the change."""
        return redirect("passphrase")
