"""What did the person ask, answer, or want COAC to read?"""

from typing import Any

from django import forms
from django.http import QueryDict

from milestones.forms import PlainText
from milestones.words import STATEMENT_MAX


class TextForm(forms.Form):
    """One text, asked for in a page's own words: a question, an answer, a text to be shared."""

    use_required_attribute = False

    text = PlainText(limit=STATEMENT_MAX, rows=4)

    def __init__(self, data: QueryDict | None = None, *, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text
