"""How does an administrator seat a person, and what can they not change?"""

from datetime import date
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path

from esc_tracker import clock
from esc_tracker.accounts.links.asking import why_not_invite
from esc_tracker.accounts.models import Nomination, SeatReview, User
from esc_tracker.accounts.seat_changes import GIVEN, add_seat, change_seat, send_invitation
from esc_tracker.accounts.seats import NAME_MAX, REMARK_MAX, decline, problem_with_end, seat, why_not_seat
from esc_tracker.accounts.sessions.ending import end_sessions_of
from esc_tracker.accounts.signin.factors import remove_factors
from esc_tracker.plain_text import problem_with_line
from esc_tracker.refusals import Incomplete, NotAllowed, Overtaken

# Rights follow from the role and addresses from the seat: these tables of the libraries are not used here.
admin.site.unregister((Group, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken))
INVITED = "{} has a seat. A mail with a link to choose a passphrase is on its way; the link works for seven days."


class SeatForm(forms.ModelForm):
    """A seat: who, in which role, for which agency; checked as its door will check it again."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "agency", "access_ends_on", "sees_journal")

    def clean_email(self) -> str:
        """Keep one spelling of an address."""
        return self.cleaned_data["email"].lower()

    def clean_name(self) -> str:
        """Keep a name on one line: it is printed in mails."""
        name: str = self.cleaned_data["name"]
        if problem := problem_with_line(name, NAME_MAX, missing="Write the name."):
            raise forms.ValidationError(problem)
        return name.strip()

    def clean_access_ends_on(self) -> date | None:
        """Take a day from today on, unless it stands as it was: access that ended may stay ended."""
        day: date | None = self.cleaned_data["access_ends_on"]
        problem = problem_with_end(day, first=clock.real_day())
        if problem and "access_ends_on" in self.changed_data:
            raise forms.ValidationError(problem)
        return day


class SeatChangeForm(SeatForm):
    """What may change about a seat."""

    class Meta(SeatForm.Meta):
        fields = ("email", "name", "role", "agency", "is_active", "access_ends_on", "sees_journal")  # type: ignore[assignment]  # longer than that of a new seat


class ReviewedFilter(admin.SimpleListFilter):
    """What this year's review said of a seat."""

    title = "this year’s review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what a seat may be."""
        return [("needed", "Still needed"), ("over", "No longer needed"), ("open", "Not reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Keep the seats of which that was said."""
        said = SeatReview.objects.filter(year=clock.real_day().year)
        if self.value() == "open":
            return queryset.exclude(pk__in=said.values("person"))
        if self.value() in {"needed", "over"}:
            return queryset.filter(pk__in=said.filter(needed=self.value() == "needed").values("person"))
        return queryset


@admin.register(User)
class SeatAdmin(admin.ModelAdmin):
    """The list of people; nobody is deleted, since the record names them, and nobody changes their own role.

    No passphrase is seen or given here: whoever has a seat chooses their own by a link.
    """

    form = SeatChangeForm
    list_display = ("name", "email", "role", "agency", "is_active", "access_ends_on", "last_login", "reviewed")
    list_filter = ("role", "agency", "is_active", ReviewedFilter)
    list_select_related = ("agency",)
    search_fields = ("name", "email")
    ordering = ("name", "id")
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: switch off "may sign in" instead."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Leave out of a new seat that it may be used: it may."""
        return super().get_form(request, obj, change=change, **({"form": SeatForm} if obj is None else {}), **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep an administrator from changing their own role or seat."""
        return GIVEN if obj is not None and obj.pk == request.user.pk else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return everybody, with what this year's review said of their seat."""
        said = SeatReview.objects.filter(person=OuterRef("pk"), year=clock.real_day().year)
        return super().get_queryset(request).annotate(needed=Subquery(said.values("needed")))

    @admin.display(description="review", ordering="needed")
    def reviewed(self, obj: Any) -> str:
        """Say what was said of this seat."""
        return {True: "Still needed", False: "No longer needed"}.get(obj.needed, "Not reviewed")

    def get_urls(self) -> list[Any]:
        """Add the invitation."""
        view = self.admin_site.admin_view(self.invite)
        shut_out = self.admin_site.admin_view(self.shut_out)
        return [
            path("<int:key>/invite/", view, name="accounts_user_invite"),
            path("<int:key>/shut-out/", shut_out, name="accounts_user_shut_out"),
            *super().get_urls(),
        ]

    def shut_out(self, request: HttpRequest, key: int) -> HttpResponse:
        """End a person's sessions wherever they are; of one who lost a phone, remove the second factor too."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        person = get_object_or_404(User, pk=key)
        try:
            with transaction.atomic():
                removed = remove_factors(person, by=_administrator(request)) if "_factors" in request.POST else 0
                ended = end_sessions_of(person, "ended by an administrator", by=_administrator(request))
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            factors = f" Second factors removed: {removed}." if "_factors" in request.POST else ""
            messages.success(request, f"Sessions ended: {ended}.{factors}")
        return redirect("admin:accounts_user_change", key)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say it in a sentence when the door refuses what the form let pass."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (NotAllowed, Incomplete) as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Pass what was typed through the door."""
        if change:
            wanted = {name: form.cleaned_data[name] for name in form.changed_data}
            change_seat(obj, by=_administrator(request), wanted=wanted)
        else:
            add_seat(obj, by=_administrator(request))
            messages.success(request, INVITED.format(obj.name))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer an invitation to whoever has a seat."""
        person = kwargs.get("obj")
        context["may_invite"] = person is not None and not why_not_invite(_administrator(request), person)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Stay on the page of one whose seat ended: it says how much is left without a contact."""
        answer = super().response_change(request, obj)
        return answer if obj.is_seated(clock.real_day()) else redirect(request.path)

    def invite(self, request: HttpRequest, key: int) -> HttpResponse:
        """Send a new invitation; the links before it end."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        person = get_object_or_404(User, pk=key)
        if "_invite" not in request.POST:  # not by our button
            return redirect("admin:accounts_user_change", key)
        try:
            send_invitation(person, by=_administrator(request))
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, INVITED.format(person.name))
        return redirect("admin:accounts_user_change", key)


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
        """Seat the nominee, whose invitation goes out by itself."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        nomination = get_object_or_404(Nomination, pk=key)
        try:
            person = seat(nomination, by=_administrator(request))
        except (NotAllowed, Incomplete) as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:accounts_nomination_change", key)
        messages.success(request, INVITED.format(person.name))
        return redirect("admin:accounts_user_change", person.pk)

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
