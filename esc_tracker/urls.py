"""Where is each app mounted? (No page lives here.)"""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("esc_tracker.health")),
    path("accounts/", include("esc_tracker.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("milestones.urls")),
    path("", include("reports.urls")),
]
handler500 = "esc_tracker.health.server_error"
