"""What may a person choose for themselves?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from esc_tracker.accounts.models import Pace, Role, User

_YES = {"yes": True, "no": False}
TOLD = (Role.ESC_MEMBER, Role.PLCY_STAFF)  # the others get the report and nothing else
_PACE_MISSING = "Choose when the other mail comes."
_SAID = {
    Pace.IMMEDIATE: "Other mail comes as it happens, at most once a day.",
    Pace.WEEKLY: "Other mail comes once a week, on Monday.",
    Pace.NONE: "No other mail comes, but for your agency’s overdue digest where you are a contact.",
}


class PreferencesForm(forms.Form):
    """What comes by mail, and when."""

    use_required_attribute = False

    weekly_report = forms.ChoiceField(
        label="Weekly report by mail",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        help_text="Each weekly report is on the page Reports as well.",
        error_messages={"required": "Choose yes or no.", "invalid_choice": "Choose yes or no."},
    )
    pace = forms.ChoiceField(
        label="Everything else by mail",
        choices=Pace.choices,
        widget=forms.RadioSelect,
        help_text=(
            "What falls due or is overdue, calls for updates, decisions on your agency’s requests. "
            "Whatever you choose, a milestone’s contact still gets the agency’s overdue digest."
        ),
        error_messages={"required": _PACE_MISSING, "invalid_choice": _PACE_MISSING},
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if role not in TOLD:
            del self.fields["pace"]


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show or take what a person wants by mail; a choice of their own, not an act on the record."""
    user = request.user
    if not isinstance(user, User) or user.role == Role.ADMINISTRATOR:
        raise PermissionDenied("Administrators get no reports; there is nothing to choose.")
    chosen = {"weekly_report": "yes" if user.wants_report else "no", "pace": user.pace}
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=chosen, role=user.role)
    if form.is_valid():
        user.wants_report = _YES[form.cleaned_data["weekly_report"]]
        user.pace = form.cleaned_data.get("pace", user.pace)
        user.save(update_fields=["wants_report", "pace"])
        said = "the weekly report comes by mail." if user.wants_report else "no weekly report comes by mail."
        also = f" {_SAID[Pace(user.pace)]}" if "pace" in form.fields else ""
        messages.success(request, f"Saved: {said}{also}")
        return redirect("preferences")
    return render(request, "account/preferences.html", {"form": form})
