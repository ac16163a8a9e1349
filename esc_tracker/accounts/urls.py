"""Which of the sign-in library's pages exist here, and which of our own?

Only signing in and out, the second factor, and the page for a closed account: sign-up is closed, and the library's
other pages wait for their own forms. Beside them what a person chooses for themselves.
"""

from allauth.account import views
from django.conf import settings
from django.urls import path

from esc_tracker.accounts.agency_signon.offer import leads_to_provider
from esc_tracker.accounts.agency_signon.views import again, callback, start
from esc_tracker.accounts.links.views import arrive, asked, choose_by_link, forgotten
from esc_tracker.accounts.review.views import review
from esc_tracker.accounts.sample_accounts import PASSPHRASE, SAMPLE_ACCOUNTS
from esc_tracker.accounts.sessions.views import SignOutView, kept, left, sessions, stay
from esc_tracker.accounts.sign_ins import sign_ins
from esc_tracker.accounts.signin import factor_views as factors
from esc_tracker.accounts.signin.views import passphrase, security, to_security
from esc_tracker.accounts.views import preferences

_samples = {} if settings.PRODUCTION else {"sample_accounts": SAMPLE_ACCOUNTS, "sample_passphrase": PASSPHRASE}
_shown = {"use_notice": settings.USE_NOTICE, **_samples}

urlpatterns = [
    path("login/", leads_to_provider(views.LoginView.as_view(extra_context=_shown)), name="account_login"),
    path("agency/start/", start, name="agency_start"),
    path("agency/callback/", callback, name="agency_callback"),
    path("agency/again/", leads_to_provider(again), name="agency_again"),
    path("logout/", SignOutView.as_view(), name="account_logout"),
    path("inactive/", views.AccountInactiveView.as_view(), name="account_inactive"),
    path("reauthenticate/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("preferences/", preferences, name="preferences"),
    path("security/", security, name="security"),
    path("sign-ins/", sign_ins, name="sign_ins"),
    path("sessions/", sessions, name="sessions"),
    path("sessions/left/", left, name="session_left"),
    path("sessions/stay/", stay, name="session_stay"),
    path("kept/", kept, name="kept"),
    path("passphrase/", passphrase, name="passphrase"),
    path("passphrase/forgotten/", forgotten, name="passphrase_forgotten"),
    path("passphrase/asked/", asked, name="passphrase_asked"),
    path("passphrase/choose/", choose_by_link, name="passphrase_choose"),
    path("passphrase/<str:token>/", arrive, name="passphrase_link"),
    path("review/", review, name="seat_review"),
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/check/", factors.CheckView.as_view(), name="mfa_authenticate"),
    path("2fa/again/", factors.CheckAgainView.as_view(), name="mfa_reauthenticate"),
    path("2fa/app/", factors.SetUpAppView.as_view(), name="mfa_activate_totp"),
    path("2fa/app/remove/", factors.RemoveAppView.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", factors.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/new/", factors.NewRecoveryCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/passkeys/", to_security, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", factors.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/passkeys/sign-in/", factors.PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    path("2fa/passkeys/again/", factors.PasskeyAgainView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", factors.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
]
