"""What did the person write about who is called, and what is wrong with it?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from esc_tracker.accounts.models import Agency, Role, User
from milestones.forms import DayField, PlainText, choose_from
from milestones.models import Person
from milestones.people.contacts import Part
from milestones.people.naming import EMAIL_MAX, NAME_MAX, PHONE_MAX

NOBODY = "nobody"


class ProblemForm(forms.Form):
    """A form whose answers the door judges: it shows the door's sentences at its fields."""

    use_required_attribute = False

    def add_problems(self, problems: dict[str, str]) -> None:
        """Show sentences at their fields, those of no field above all."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


class PersonForm(ProblemForm):
    """One person's name, office, address and number, and their account if they have one."""

    name = PlainText(label="Name", limit=NAME_MAX)
    office = PlainText(label="Office", limit=NAME_MAX, required=False, help_text="Such as: Office of Trade.")
    email = PlainText(label="E-mail address", limit=EMAIL_MAX)
    phone = PlainText(label="Telephone", limit=PHONE_MAX, required=False)
    seat = forms.ChoiceField(
        label="Account in the tracker",
        required=False,
        help_text="A person needs none to be called.",
        error_messages={"invalid_choice": "Choose one of the accounts offered."},
    )
    gets_report = forms.BooleanField(
        label="Send the weekly report to this person",
        required=False,
        help_text=(
            "By mail, to the address above. The report is internal: only for someone of the committee who may read it. "
            "A person with an account chooses for themselves."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, seats: Sequence[User], sends_report: bool, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        if not sends_report:
            del self.fields["gets_report"]
        self.seats = {str(seat.pk): seat for seat in seats}
        offered = [(key, f"{seat.name}, {seat.email}") for key, seat in self.seats.items()]
        choices = [("", "None"), *offered]
        choose_from(self, "seat", choices)

    @property
    def details(self) -> dict[str, Any]:
        """Return what was written, as the door takes it."""
        said = self.cleaned_data
        facts = {name: said.get(name, "") for name in ("name", "office", "email", "phone")}
        return {**facts, "seat": self.seats.get(said.get("seat", "")), "gets_report": said.get("gets_report")}


class AwayForm(ProblemForm):
    """Until which day a person is away."""

    away_until = DayField(
        label="Away until",
        required=False,
        help_text="The last day away. Until then mail goes to the alternate. Empty: not away.",
    )


class ContactsForm(ProblemForm):
    """One person, or nobody, for many milestones at once."""

    milestones = forms.MultipleChoiceField(
        label="Milestones", required=False, error_messages={"invalid_choice": "Choose among the milestones shown."}
    )
    everything = forms.BooleanField(label="All of them", required=False)
    part = forms.ChoiceField(
        label="As",
        choices=Part.choices,
        error_messages={"required": "Choose contact, alternate or principal in copy.",
                        "invalid_choice": "Choose contact, alternate or principal in copy."},
    )  # fmt: skip
    person = forms.ChoiceField(
        label="Who",
        error_messages={"required": "Choose a person.", "invalid_choice": "Choose one of the people shown."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, codes: Sequence[str], people: Sequence[Person], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.codes = list(codes)
        self.people = {str(person.pk): person for person in people}
        named = [(key, person.name) for key, person in self.people.items()]
        choose_from(self, "milestones", [(code, code) for code in codes])
        choose_from(
            self,
            "person",
            [
                ("", "Choose a person"),
                *named,
                (NOBODY, "Nobody: end it"),
            ],
        )

    @property
    def chosen(self) -> list[str]:
        """Return the numbers of the milestones chosen."""
        return self.codes if self.cleaned_data.get("everything") else self.cleaned_data.get("milestones", [])

    @property
    def person_chosen(self) -> Person | None:
        """Return the person chosen, None for nobody."""
        return self.people.get(self.cleaned_data["person"])


class HandOverForm(ProblemForm):
    """Who takes over from whom."""

    giver = forms.ChoiceField(
        label="From",
        error_messages={
            "required": "Choose who hands over.",
            "invalid_choice": "Choose one of the people of this agency.",
        },
    )
    successor = forms.ChoiceField(
        label="To",
        error_messages={
            "required": "Choose who takes over.",
            "invalid_choice": "Choose one of the people of this agency.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.people = {str(person.pk): person for person in people}
        for name in ("giver", "successor"):
            choices = [("", "Choose a person"), *((key, person.name) for key, person in self.people.items())]
            choose_from(self, name, choices)


class NominationForm(ProblemForm):
    """Whom the chair's office asks to be seated."""

    name = PlainText(label="Name", limit=NAME_MAX)
    email = PlainText(label="E-mail address", limit=EMAIL_MAX)
    role = forms.ChoiceField(
        label="Role", error_messages={"required": "Choose a role.", "invalid_choice": "Choose a role."}
    )
    agency = forms.ChoiceField(
        label="Agency",
        required=False,
        help_text="For members and PLCY staff only.",
        error_messages={"invalid_choice": "Choose one of the agencies."},
    )
    access_ends_on = DayField(
        label="Access ends on", required=False, help_text="From this day on the person cannot sign in. Empty: no end."
    )

    def __init__(self, data: QueryDict | None = None, *, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choose_from(self, "role", [("", "Choose a role"), *Role.choices])
        choose_from(
            self,
            "agency",
            [
                ("", "None"),
                *((each.code, each.name) for each in agencies),
            ],
        )
