"""How does an administrator seat a person, and what can they not change?"""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from esc_tracker.accounts.models import User

# Rights follow from the role and addresses from the seat: these tables of the libraries are not used here.
admin.site.unregister((Group, EmailAddress))


class SeatForm(AdminUserCreationForm):
    """A new seat: who, in which role, for which agency."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "agency")

    def clean_email(self) -> str:
        """Keep one spelling of an address."""
        return self.cleaned_data["email"].lower()


class SeatChangeForm(UserChangeForm):
    """What may change about a seat."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "agency", "is_active")

    def clean_email(self) -> str:
        """Keep one spelling of an address."""
        return self.cleaned_data["email"].lower()


@admin.register(User)
class SeatAdmin(UserAdmin):
    """The list of people; nobody is deleted, since the record names them, and nobody changes their own role."""

    form = SeatChangeForm
    add_form = SeatForm
    list_display = ("name", "email", "role", "agency", "is_active", "last_login")
    list_filter = ("role", "agency", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "id")
    filter_horizontal = ()
    fieldsets = ((None, {"fields": ("email", "name", "role", "agency", "is_active", "password")}),)
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "agency", "usable_password", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: switch off "may sign in" instead."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep an administrator from changing their own role or seat."""
        return ("role", "agency", "is_active") if obj is not None and obj.pk == request.user.pk else ()
