"""Forms about people."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.forms import DayInput, offer
from eachchild.web.foundation.matrix import AUDIENCES, protected, roles
from eachchild.web.foundation.models import Organization

COPIES = {
    "public": _("The public copy"), "board": _("The board's copy"), "staff": _("The staff's copy"),
    "internal": _("The internal copy"),
}  # fmt: skip


class InvitationForm(forms.Form):
    """Whom to invite, as what; of somebody from outside also why and until when."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"))
    school = forms.ModelChoiceField(
        Organization.objects.none(), required=False, label=_("School"),
        help_text=_("For principals: they read their own school and the district as a whole."),
    )  # fmt: skip
    basis = forms.ChoiceField(
        choices=Membership.Basis.choices, label=_("Ground (FERPA)"),
        help_text=_("On which ground this person may see what is the district's."),
    )  # fmt: skip
    purpose = forms.CharField(
        required=False, max_length=200, label=_("Purpose"),
        help_text=_("For somebody from outside: what they need it for."),
    )  # fmt: skip
    agreement = forms.CharField(
        required=False, max_length=200, label=_("Agreement"),
        help_text=_("For somebody from outside: the contract or data-sharing agreement."),
    )  # fmt: skip
    ends_at = forms.DateField(
        required=False, label=_("Last day"), widget=DayInput(),
        help_text=_("For somebody from outside always. From the next day they see nothing."),
    )  # fmt: skip
    audience = forms.ChoiceField(
        required=False, label=_("Copy to read"),
        help_text=_("A copy further out than the role's shows less. A partner reads the board's."),
    )  # fmt: skip
    columns = forms.MultipleChoiceField(
        required=False, label=_("Protected columns of students' rows"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None, unless the work cannot be done without. No partner sees meals."),
    )  # fmt: skip

    def __init__(self, *given: Any, organization: Organization, **more: Any) -> None:
        super().__init__(*given, **more)
        school = self.fields["school"]
        assert isinstance(school, forms.ModelChoiceField)  # noqa: S101 - for the type checker alone
        school.queryset = organization.children.filter(kind=Organization.Kind.SCHOOL)
        offer(self, "role", [(r.name, _(r.label)) for r in roles().values()])
        copies = [(name, COPIES[name]) for name in AUDIENCES[:-1]]
        offer(self, "audience", [("", _("As the role reads")), *copies])
        offer(self, "columns", [(p.name, _(p.label)) for p in protected().values()])

    def clean_ends_at(self) -> datetime | None:
        """The day is the last one: it ends with the day, in UTC."""
        day = self.cleaned_data["ends_at"]
        return datetime.combine(day + timedelta(days=1), time(), UTC) if day else None

    @property
    def grant(self) -> dict[str, Any]:
        """What is invited to, as the action takes it."""
        told = dict(self.cleaned_data)
        told["fields"] = told.pop("columns")
        return told


class ColumnsForm(forms.Form):
    """Which protected columns somebody who is here sees; a partner is not offered meals."""

    columns = forms.MultipleChoiceField(
        required=False, label=_("Protected columns of students' rows"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None, unless the work cannot be done without. No partner sees meals."),
    )  # fmt: skip

    def __init__(self, *given: Any, member: Membership, **more: Any) -> None:
        more["initial"] = {"columns": member.fields}
        super().__init__(*given, **more)
        theirs = [p for p in protected().values() if p.may_be_of(member.role)]
        offer(self, "columns", [(p.name, _(p.label)) for p in theirs])


class JoiningForm(forms.Form):
    """What somebody who was invited says of themselves."""

    name = forms.CharField(
        max_length=200, label=_("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), label=_("Password"),
        max_length=200,
    )  # fmt: skip

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey, in plain words; by itself it is both steps, as it asks for a finger or PIN."""

    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a password"), required=False, initial=True,
        help_text=_("It then asks for your finger, face or PIN. Untick it for an older key."),
    )  # fmt: skip
