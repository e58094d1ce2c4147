"""Forms of the account pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm, PasswordResetForm

from annsite.accounts.models import Scope, User

LIFETIMES = [("30", "30 days"), ("180", "180 days"), ("365", "one year")]


class SignInForm(AuthenticationForm):
    """A name and a password; a name longer than any account has is not tried, nor stored as an attempt."""

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        longest = User._meta.get_field("username").max_length
        if longest is not None and len(name) > longest:
            raise forms.ValidationError(f"This name has {len(name):,} characters; the longest has {longest}.")
        return name

    def clean(self) -> dict[str, Any]:
        return super().clean() if "username" in self.cleaned_data else self.cleaned_data


class SignUpForm(BaseUserCreationForm[User]):
    """A name to sign in with, an address for a lost password, and a password."""

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )

    class Meta:
        model = User
        fields = ["username", "email"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(
                "An account with this address exists. Sign in, or reset its password."
            )
        return email


class ResetForm(PasswordResetForm):
    """Also reaches who has no password yet, because an instructor entered them with their address."""

    def get_users(self, email: str) -> Iterable[User]:
        """Return the person with this address, letter by letter but for case."""
        rows = User.objects.filter(email__iexact=email, is_active=True)
        return [user for user in rows if user.email.casefold() == email.casefold()]


class TokenForm(forms.Form):
    """What a new API token is for, and how long it lasts."""

    name = forms.CharField(label="Name", max_length=100, help_text="What will use it, for example: notebook")
    scopes = forms.MultipleChoiceField(
        label="May be used to", choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label="Lasts", choices=LIFETIMES, coerce=int, initial="180")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("scopes", Scope.values)
