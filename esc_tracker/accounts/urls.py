"""Which of the sign-in library's pages exist here, and which of our own?

Only signing in and out, and the page for a closed account: sign-up is closed, and the library's
other pages wait for their own forms. Beside them what a person chooses for themselves.
"""

from allauth.account import views
from django.conf import settings
from django.urls import path

from esc_tracker.accounts.sample_accounts import PASSPHRASE, SAMPLE_ACCOUNTS
from esc_tracker.accounts.views import preferences

_shown = {} if settings.PRODUCTION else {"sample_accounts": SAMPLE_ACCOUNTS, "sample_passphrase": PASSPHRASE}

urlpatterns = [
    path("login/", views.LoginView.as_view(extra_context=_shown), name="account_login"),
    path("logout/", views.LogoutView.as_view(), name="account_logout"),
    path("inactive/", views.AccountInactiveView.as_view(), name="account_inactive"),
    path("preferences/", preferences, name="preferences"),
]
