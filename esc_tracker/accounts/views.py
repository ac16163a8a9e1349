"""What may a person choose for themselves?"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from esc_tracker.accounts.models import Role, User

_YES = {"yes": True, "no": False}


class PreferencesForm(forms.Form):
    """What comes by mail."""

    use_required_attribute = False

    weekly_report = forms.ChoiceField(
        label="Weekly report by mail",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes or no.", "invalid_choice": "Choose yes or no."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show or take what a person wants by mail; a choice of their own, not an act on the record."""
    user = request.user
    if not isinstance(user, User) or user.role == Role.ADMINISTRATOR:
        raise PermissionDenied("Administrators get no reports; there is nothing to choose.")
    chosen = {"weekly_report": "yes" if user.wants_report else "no"}
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=chosen)
    if form.is_valid():
        user.wants_report = _YES[form.cleaned_data["weekly_report"]]
        user.save(update_fields=["wants_report"])
        messages.success(
            request,
            "Saved: the weekly report comes by mail."
            if user.wants_report
            else "Saved: no weekly report comes by mail. It is on the page Reports.",
        )
        return redirect("preferences")
    return render(request, "account/preferences.html", {"form": form})
