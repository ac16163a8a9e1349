"""How does Django know the security log?"""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """Sign-ins, refusals, changes of seats, and what was taken out."""

    name, verbose_name = "esc_tracker.security", "Security log"
