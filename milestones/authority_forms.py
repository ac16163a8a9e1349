"""On whose decision does it stand, as a person says it in a form?

Any form of a decision takes these fields in: `class ReturnForm(AuthorityFields)`. The answer is judged by the rules of
milestones/authority.py, each sentence at its field.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from esc_tracker import clock
from milestones.authority import PRINCIPAL_MAX, Authority, AuthorityKind, problems_with_authority
from milestones.forms import AskedChoice, DayField, PlainText, choose_from
from milestones.models import Meeting
from milestones.telling import say_day

CHOICES = {
    AuthorityKind.CHAIR: "The chair’s office",
    AuthorityKind.MEETING: "An ESC meeting",
    AuthorityKind.PRINCIPAL: "A named principal",
}
MAY_RECORD = "What a meeting or a principal decided, you may record."


class AuthorityFields(forms.Form):
    """The chair's office, a meeting that was held, or a principal and the day; nothing said is the chair's office.

    `held` are milestones.meetings.held.held_meetings; without one no meeting is offered. `own` is the sentence why the
    chair's office may not decide this (its own request); then that choice is not offered either.
    """

    use_required_attribute = False

    authority = AskedChoice(
        label="On whose decision?",
        choices=list(CHOICES.items()),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of those offered."},
    )
    authority_meeting = AskedChoice(
        label="Which meeting?", error_messages={"invalid_choice": "Choose one of the meetings held."}
    )
    authority_principal = PlainText(
        label="Who decided?", limit=PRINCIPAL_MAX, help_text="Name and office, such as: Dana Reyes, Deputy Secretary."
    )
    authority_on = DayField(label="On which day?")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        held: Sequence[Meeting],
        today: date,
        own: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.held, self.today, self.own = held, today, own
        offered = [
            (kind.value, label)
            for kind, label in CHOICES.items()
            if not (kind == AuthorityKind.CHAIR and own) and not (kind == AuthorityKind.MEETING and not held)
        ]
        self.fields["authority"].widget.choices = offered
        if own:
            self.fields["authority"].help_text = f"{own} {MAY_RECORD}"
        self.fields["authority"].initial = offered[0][0]
        meetings = [("", "Choose the meeting"), *((str(each.number), _said(each)) for each in held)]
        choose_from(self, "authority_meeting", meetings)

    def clean(self) -> dict[str, Any]:
        """Ask the rules, and show each answer at its field unless that is wrong already."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        problems = {"authority": self.own} if self.own and self.decided_under.is_chair else {}
        problems |= problems_with_authority(
            self.decided_under, today=self.today, held=[each.number for each in self.held]
        )
        for name, sentence in problems.items():
            if name not in self.errors and "authority" not in self.errors:
                self.add_error(name, sentence)
        return said

    @property
    def decided_under(self) -> Authority:
        """Return whose decision it is, without what was left standing in the other choices' fields."""
        said = self.cleaned_data
        kind = said.get("authority") or AuthorityKind.CHAIR
        if kind == AuthorityKind.MEETING:
            return Authority(
                kind=kind, meeting=int(said["authority_meeting"]) if said.get("authority_meeting") else None
            )
        if kind == AuthorityKind.PRINCIPAL:
            return Authority(kind=kind, principal=said.get("authority_principal", ""), on=said.get("authority_on"))
        return Authority(kind=kind)


def _said(meeting: Meeting) -> str:
    held_on = meeting.told[0].held_at if meeting.told else None
    return f"{meeting}, {say_day(clock.day_of(held_on))}" if held_on else str(meeting)
