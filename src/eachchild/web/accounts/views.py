"""People of an organization, invitations, and joining."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from eachchild.web.accounts.actions import end_membership, invite, join, open_invitation
from eachchild.web.accounts.forms import InvitationForm, JoiningForm
from eachchild.web.accounts.models import Invitation, Membership, User
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.foundation.views import Visit, page

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
@page("people", "people.read")
def people(request: Visit) -> HttpResponse:
    """Who belongs here, and who was invited; inviting."""
    organization = request.member.organization
    form = InvitationForm(request.POST or None, organization=organization)
    link = ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = invite(organization, by=request.user, **form.cleaned_data)
            link = request.build_absolute_uri(f"/account/join/{secret}/")
        except NotAllowedError as error:
            form.add_error(None, str(error))
    members = Membership.objects.filter(organization=organization).select_related("user", "school")
    waiting = Invitation.objects.filter(organization=organization, taken_at=None)
    return render(
        request, "accounts/people.html",
        {"members": members, "waiting": waiting, "form": form, "link": link},
    )  # fmt: skip


@require_POST
@page("people", "people.ended")
def end(request: Visit, membership: str) -> HttpResponse:
    """End what somebody may do here."""
    found = get_object_or_404(Membership, pk=membership, organization=request.member.organization)
    end_membership(found, by=request.user)
    messages.success(request, _("They can no longer see anything here."))
    return redirect("people", slug=request.member.organization.slug)


@require_http_methods(["GET", "POST"])
def joining(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody who was invited makes their account, or joins with the one they have."""
    invitation = open_invitation(secret)
    if invitation is None:
        raise Http404
    form = JoiningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _person(invitation, form)
        if user is not None:
            join(invitation, user)
            login(request, user, backend=_BACKEND)
            return redirect("home")
    return render(request, "accounts/joining.html", {"invitation": invitation, "form": form})


@require_http_methods(["GET", "POST"])
def step_into(request: HttpRequest) -> HttpResponse:
    """In the demonstration alone: become one of its made-up people with one click."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        person = get_object_or_404(User, pk=request.POST.get("person", ""))
        login(request, person, backend=_BACKEND)
        return redirect("home")
    members: list[Membership] = []
    for organization in Organization.objects.exclude(kind=Organization.Kind.SCHOOL):
        with inside(organization):
            mine = Membership.objects.filter(organization=organization)
            members += mine.select_related("user", "organization", "school")
    told = [(one, _(one.of_role.label), _(one.of_role.sees)) for one in sorted(members, key=_order)]
    return render(request, "accounts/step_into.html", {"members": told})


def _order(member: Membership) -> int:
    return list(roles()).index(member.role)


def _person(invitation: Invitation, form: JoiningForm) -> User | None:
    """The person of an invitation; somebody with an account proves that it is theirs."""
    password, name = form.cleaned_data["password"], form.cleaned_data["name"]
    known = User.objects.filter(email=invitation.email).first()
    if known is not None:
        if known.is_active and known.check_password(password):
            return known
        form.add_error("password", _("You have an account here: this is not its password."))
        return None
    person = User(email=invitation.email, name=name)
    try:
        validate_password(password, person)
    except ValidationError as error:
        form.add_error("password", error)
        return None
    return User.objects.create_user(invitation.email, name, password)
