"""How does Django know the accounts app and its admin?"""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core.checks import register

from esc_tracker.checks import TAG, production_checks


class AccountsConfig(AppConfig):
    """People and agencies."""

    name = "esc_tracker.accounts"
    default = True

    def ready(self) -> None:
        """Have every command refuse a dangerous configuration, and every sign-out noted."""
        register(production_checks, TAG)
        # By name: they know models, which are ready only now.
        for name in ("sample_checks", "signin.receivers"):
            import_module(f"esc_tracker.accounts.{name}")


class AccountsAdminConfig(admin_apps.AdminConfig):
    """Django's admin, for accounts only."""

    default = False
    default_site = "esc_tracker.accounts.admin_site.AccountAdminSite"
