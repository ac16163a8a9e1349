"""What does the sign-in page ask for?"""

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """An address and a passphrase, called what the rest of the site calls them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["password"].label = "Passphrase"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # A placeholder is no label and goes when one types.
