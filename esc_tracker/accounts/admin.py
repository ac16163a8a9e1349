"""How does an administrator seat a person, and what can they not change?"""

from datetime import date
from typing import Any, cast

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path

from esc_tracker import clock
from esc_tracker.accounts.models import Nomination, User
from esc_tracker.accounts.seats import REMARK_MAX, decline, problem_with_end, seat, why_not_seat
from esc_tracker.refusals import Incomplete, NotAllowed, Overtaken

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
        fields = ("email", "name", "role", "agency", "is_active", "access_ends_on")

    def clean_email(self) -> str:
        """Keep one spelling of an address."""
        return self.cleaned_data["email"].lower()

    def clean_access_ends_on(self) -> date | None:
        """Take a day from today on, unless it stands as it was: access that ended may stay ended."""
        day: date | None = self.cleaned_data["access_ends_on"]
        problem = problem_with_end(day, first=clock.real_day())
        if problem and "access_ends_on" in self.changed_data:
            raise forms.ValidationError(problem)
        return day


@admin.register(User)
class SeatAdmin(UserAdmin):
    """The list of people; nobody is deleted, since the record names them, and nobody changes their own role."""

    form = SeatChangeForm
    add_form = SeatForm
    list_display = ("name", "email", "role", "agency", "is_active", "access_ends_on", "last_login")
    list_filter = ("role", "agency", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "id")
    filter_horizontal = ()
    fieldsets = ((None, {"fields": ("email", "name", "role", "agency", "is_active", "access_ends_on", "password")}),)
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "agency", "usable_password", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: switch off "may sign in" instead."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep an administrator from changing their own role or seat."""
        own = obj is not None and obj.pk == request.user.pk
        return ("role", "agency", "is_active", "access_ends_on") if own else ()

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Stay on the page of one whose seat ended: it says how much is left without a contact."""
        answer = super().response_change(request, obj)
        return answer if obj.is_seated(clock.real_day()) else redirect(request.path)


class DeclineForm(forms.Form):
    """Why a nominee is not seated."""

    use_required_attribute = False

    remark = forms.CharField(
        label="Why", max_length=REMARK_MAX, required=False, help_text="The chair’s office reads this."
    )


@admin.register(Nomination)
class NominationAdmin(admin.ModelAdmin):
    """The people whom the chair's office asks to be seated; each is seated or declined, none is changed."""

    list_display = ("name", "email", "role", "agency", "access_ends_on", "by", "recorded_at", "state")
    list_filter = ("state",)
    search_fields = ("name", "email")
    list_select_related = ("agency", "by")
    actions = None
    fields = (
        *("name", "email", "role", "agency", "access_ends_on", "by", "recorded_at"),
        *("state", "decided_by", "decided_at", "remark"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nominating is for the chair's office."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was asked stands as it was asked."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was asked is part of the record."""
        return False

    def get_urls(self) -> list[Any]:
        """Add the two acts."""
        acts = [
            path("<int:key>/seat/", self.admin_site.admin_view(self.seat), name="accounts_nomination_seat"),
            path("<int:key>/decline/", self.admin_site.admin_view(self.decline), name="accounts_nomination_decline"),
        ]
        return acts + super().get_urls()

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer the acts on one that waits, or say why not."""
        nomination = kwargs.get("obj")
        if nomination and nomination.state == Nomination.State.WAITING:
            context["waits"] = True
            context["why_not"] = why_not_seat(_administrator(request), nomination)
        return super().render_change_form(request, context, *args, **kwargs)

    def seat(self, request: HttpRequest, key: int) -> HttpResponse:
        """Seat the nominee, and go on to the passphrase."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        nomination = get_object_or_404(Nomination, pk=key)
        try:
            person = seat(nomination, by=_administrator(request))
        except (NotAllowed, Incomplete) as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:accounts_nomination_change", key)
        messages.success(request, f"{person.name} has a seat. Give a passphrase, so that they can sign in.")
        return redirect("admin:auth_user_password_change", person.pk)

    def decline(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask why, and decline."""
        nomination = get_object_or_404(Nomination, pk=key)
        form = DeclineForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                decline(nomination, by=_administrator(request), remark=form.cleaned_data["remark"])
            except (NotAllowed, Overtaken) as refusal:
                messages.error(request, str(refusal))
                return redirect("admin:accounts_nomination_change", key)
            except Incomplete as incomplete:
                for name, sentence in incomplete.problems.items():
                    form.add_error(name, sentence)
            else:
                messages.success(request, f"{nomination.name} is declined; the chair’s office reads why.")
                return redirect("admin:accounts_nomination_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": nomination, "form": form}
        context["title"] = f"Decline {nomination.name}"
        return TemplateResponse(request, "admin/accounts/nomination/decline.html", context)


def _administrator(request: HttpRequest) -> User:
    """Return who asks; the guards let only an administrator come here."""
    return cast(User, request.user)
