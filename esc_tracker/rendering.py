"""How are forms drawn in the U.S. Web Design System's way?

Templates in templates/forms/ replace Django's for the form, the field and the widgets named below; any other widget
keeps Django's own. `{{ form }}` or `{{ form.statement.as_field_group }}` is all a page needs to write.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

OURS = {f"django/forms/widgets/{name}.html": "forms/widgets/input.html" for name in (
    "text", "email", "password", "number", "url", "tel", "search", "date", "datetime", "time",
)} | {f"django/forms/widgets/{name}.html": f"forms/widgets/{name}.html" for name in (
    "textarea", "select", "checkbox",
)} | {
    "django/forms/widgets/radio.html": "forms/widgets/choices.html",
    "django/forms/widgets/checkbox_select.html": "forms/widgets/choices.html",
}  # fmt: skip


class UswdsFormRenderer(TemplatesSetting):
    """Draw every form with our templates; named by FORM_RENDERER."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def get_template(self, template_name: str) -> Any:
        """Return our template where we have one, else Django's."""
        return super().get_template(OURS.get(template_name, template_name))


class RadioTiles(forms.RadioSelect):
    """Radio buttons as tiles, each with a sentence that defines it.

    `RadioTiles(descriptions={"at_risk": "Slippage or a problem that needs adjusting to finish in time."})`
    """

    def __init__(self, *args: Any, descriptions: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.descriptions = descriptions or {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Tell the template that these are tiles."""
        context = super().get_context(name, value, attrs)
        context["widget"]["tiles"] = True
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the sentence that defines this choice."""
        option = super().create_option(name, value, *args, **kwargs)
        option["description"] = self.descriptions.get(str(value), "")
        return option
