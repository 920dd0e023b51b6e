"""Forms about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eachchild.web.accounts.models import Membership
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization


class InvitationForm(forms.Form):
    """Whom to invite, as what; of somebody from outside also why and until when."""

    email = forms.EmailField(label=_("Address for mail"))
    role = forms.ChoiceField(label=_("Role"))
    school = forms.ModelChoiceField(
        Organization.objects.none(), required=False, label=_("School"),
        help_text=_("For principals: they read their own school and the district as a whole."),
    )  # fmt: skip
    basis = forms.ChoiceField(choices=Membership.Basis.choices, label=_("Ground (FERPA)"))
    purpose = forms.CharField(required=False, max_length=200, label=_("Purpose"))
    agreement = forms.CharField(
        required=False, max_length=200, label=_("Agreement"),
        help_text=_("For somebody from outside: the contract or data-sharing agreement."),
    )  # fmt: skip
    ends_at = forms.DateTimeField(
        required=False, label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *given: Any, organization: Organization, **more: Any) -> None:
        super().__init__(*given, **more)
        role, school = self.fields["role"], self.fields["school"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101 - for the type checker alone
        assert isinstance(school, forms.ModelChoiceField)  # noqa: S101
        role.choices = [(r.name, _(r.label)) for r in roles().values()]
        school.queryset = organization.children.all()


class JoiningForm(forms.Form):
    """What somebody who was invited says of themselves."""

    name = forms.CharField(max_length=200, label=_("Your name"))
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), label=_("Password"),
        help_text=_("12 characters or more. A sentence is good."),
    )  # fmt: skip
