"""People of an organization, invitations, joining, sessions, and the register of disclosures."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.socialaccount.models import SocialApp
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eachchild.web.accounts import platform as single
from eachchild.web.accounts.actions import (
    begin,
    end_membership,
    grant_columns,
    invite,
    is_here,
    join,
    link_for,
    open_invitation,
    open_invitations,
    waiting,
    withdraw,
)
from eachchild.web.accounts.forms import ColumnsForm, InvitationForm, JoiningForm
from eachchild.web.accounts.models import Disclosure, Invitation, Membership, User
from eachchild.web.accounts.reading import parties
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.models import Organization
from eachchild.web.foundation.rules import NotAllowedError
from eachchild.web.foundation.tenancy import inside
from eachchild.web.foundation.views import Visit, page, plain

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
            secret = invite(organization, by=request.user, **form.grant)
            link = request.build_absolute_uri(f"/account/join/{secret}/")
            form = InvitationForm(organization=organization)
        except NotAllowedError as error:
            form.add_error(None, str(error))
    return _people(request, form, link)


def _people(request: Visit, form: InvitationForm, link: str) -> HttpResponse:
    organization = request.member.organization
    members = Membership.objects.filter(organization=organization).select_related("user", "school")
    current = sorted((m for m in members if m.is_current), key=_order)
    told = {
        "members": current,
        "past": sorted((m for m in members if not m.is_current), key=_order),
        "unopened": set() if settings.DEMO else waiting(m.user for m in current),
        "waiting": open_invitations().filter(organization=organization).order_by("made_at"),
        "form": form, "link": link,
    }  # fmt: skip
    return render(request, "accounts/people.html", told)


@require_POST
@page("people", "people.ended")
def end(request: Visit, membership: str) -> HttpResponse:
    """End what somebody may do here."""
    end_membership(_member(request, membership), by=request.user)
    messages.success(request, _("They can no longer see anything here."))
    return redirect("people", slug=request.member.organization.slug)


@require_http_methods(["GET", "POST"])
@page("people", "people.columns")
def columns(request: Visit, membership: str) -> HttpResponse:
    """Which protected columns somebody who is here sees."""
    member = _member(request, membership)
    form = ColumnsForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_valid():  # with nothing ticked all of them are taken
        grant_columns(member, form.cleaned_data["columns"], by=request.user)
        messages.success(request, _("Changed. It counts from their next page on."))
        return redirect("people", slug=member.organization.slug)
    return render(request, "accounts/columns.html", {"one": member, "form": form})


@require_POST
@page("people", "people.linked")
def linking(request: Visit, membership: str) -> HttpResponse:
    """A link for somebody who belongs here and has nothing to sign in with yet."""
    secret = link_for(_member(request, membership), by=request.user)
    link = request.build_absolute_uri(f"/account/join/{secret}/")
    return _people(request, InvitationForm(organization=request.member.organization), link)


@require_POST
@page("people", "people.withdrawn")
def withdrawing(request: Visit, invitation: str) -> HttpResponse:
    """Take an invitation back."""
    waiting = open_invitations().filter(organization=request.member.organization)
    withdraw(get_object_or_404(waiting, pk=invitation), by=request.user)
    messages.success(request, _("The link leads nowhere now."))
    return redirect("people", slug=request.member.organization.slug)


@require_GET
@page("trail", "register.read")
def register(request: Visit) -> HttpResponse:
    """Parties outside, on which ground they see what, and what they read (34 CFR 99.32)."""
    organization = request.member.organization
    lines = Disclosure.objects.within(organization).select_related("user").order_by("-since")
    return render(request, "accounts/register.html", {"parties": parties(organization, lines)})


@require_http_methods(["GET", "POST"])
def joining(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody who was invited makes an account; who has one signs in first, as on any day."""
    invitation = open_invitation(secret)
    if invitation is None:
        raise Http404
    if request.user.is_authenticated:
        return _taking(request, invitation)
    known = User.objects.filter(email=invitation.email).first()
    begins = (
        known is not None and known in waiting([known]) and is_here(invitation.organization, known)
    )
    if known is not None and not begins:
        request.session["invited-by"] = secret
        return redirect("account_login")
    form = JoiningForm(request.POST or None, initial={"name": known.name if known else ""})
    if request.method == "POST" and form.is_valid():
        try:
            person = _made(invitation, form, known)
        except Invitation.DoesNotExist as error:  # somebody took it while this was read
            raise Http404 from error
        if person is not None:
            record_authentication(request, person, "password")
            return perform_login(request, person, redirect_url="/account/2fa/")  # type: ignore[no-any-return]
    return render(request, "accounts/joining.html", {"invitation": invitation, "form": form})


def _taking(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """A person who is signed in takes an invitation with one click."""
    try:
        if request.method == "POST":
            assert isinstance(request.user, User)  # noqa: S101 - for the type checker alone
            with inside(invitation.organization, request.user):
                join(invitation, request.user)
            return redirect("audits", slug=invitation.organization.slug)
        own = invitation.email == getattr(request.user, "email", "")
        return render(
            request, "accounts/joining.html", {"invitation": invitation, "own": own, "known": True}
        )
    except NotAllowedError as error:
        return plain(request, 409, _("Not now"), str(error))
    except Invitation.DoesNotExist as error:  # somebody took it while this was read
        raise Http404 from error


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


@require_POST
@login_required
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one of one's own sessions, on whatever machine it is."""
    found = get_object_or_404(UserSession, pk=session, user=request.user)
    end_sessions(request, [found])
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@require_POST
def platform(request: HttpRequest) -> HttpResponse:
    """To the district's own sign-in, where the platform has been told of one."""
    try:
        return single.start(request)  # type: ignore[no-any-return]
    except SocialApp.DoesNotExist as error:
        raise Http404 from error


@require_GET
def platform_back(request: HttpRequest) -> HttpResponse:
    """Back from the district's own sign-in."""
    try:
        return single.finish(request)  # type: ignore[no-any-return]
    except SocialApp.DoesNotExist as error:
        raise Http404 from error


def closed(request: HttpRequest) -> HttpResponse:
    """A page that allauth has and the platform has not."""
    raise Http404


def _member(request: Visit, membership: str) -> Membership:
    """Somebody of the visitor's organization; 404 where there is nobody of that number."""
    mine = Membership.objects.filter(organization=request.member.organization)
    people = mine.select_related("user", "school", "organization")
    found: Membership = get_object_or_404(people, pk=membership)
    return found


def _order(member: Membership) -> int:
    return list(roles()).index(member.role)


def _made(invitation: Invitation, form: JoiningForm, known: User | None) -> User | None:
    """The account of somebody new, who belongs to the organization from then on.

    Of somebody who belongs to it already it is opened.
    """
    password, name = form.cleaned_data["password"], form.cleaned_data["name"]
    try:
        validate_password(password, User(email=invitation.email, name=name))
    except ValidationError as error:
        form.add_error("password", error)
        return None
    if known is not None:
        begin(invitation, known, name, password)
        return known
    with transaction.atomic():
        person = User.objects.create_user(invitation.email, name, password)
        with inside(invitation.organization, person):
            join(invitation, person)
    return person
