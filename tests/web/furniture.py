"""A district in which every page has something on it: files, runs, releases, people, what is kept.

The worker looks at the files and checks them in earnest; the rest is made as the platform makes it.
"""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

import copies
import told
from agreed import furnish_standing
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cast import BACKEND, GROUND, link, sign_in, with_password
from django.core import mail
from django.test import Client
from django.utils import timezone
from places import Place
from planned import offered, plan
from registered import passkey

from eachchild.web.accounts.actions import add_member, end_membership
from eachchild.web.accounts.adapter import JUST_ADDED
from eachchild.web.accounts.models import Invitation, User
from eachchild.web.api.actions import make_token
from eachchild.web.api.models import Token
from eachchild.web.audits.actions import (
    ask_to_withdraw,
    begin_upload,
    look_at,
    open_audit,
    start_run,
    upload_arrived,
    vote,
    wish_for,
)  # fmt: skip
from eachchild.web.audits.models import Audit, Release, Run, Upload
from eachchild.web.foundation.actions import open_organization
from eachchild.web.foundation.tenancy import inside
from eachchild.web.foundation.views import _look
from eachchild.web.keeping import actions as keeping
from eachchild.web.keeping.models import Backup, Hold
from eachchild.web.shelf import SCREENS, digest_of, screens
from eachchild.web.strategy.actions.outward import mark_read, write_entry
from eachchild.web.worker import Worker

Known = dict[str, dict[str, Any]]
_FILE = "Stu No,Bldg,Yr,Eth,Sex,OSS\n" + "".join(
    f"77{n:05d},S{n % 4},2023-24,{'BWHA'[n % 4]},{'FM'[n % 2]},{int(n % 6 == 0)}\n"
    for n in range(400)
)
_WITHOUT_NUMBER = ",S1,2023-24,B,F,0\n"  # a row that is set aside


@dataclass
class Furniture:
    """What stands in addresses, browsers of people who are on their way in, and further faces."""

    known: Known
    clients: dict[str, Client] = field(default_factory=dict)
    visitors: dict[str, str | None] = field(default_factory=dict)
    faces: dict[str, Place] = field(default_factory=dict)


def furnish(district: Any, full: Run, short: Run, small: Path) -> Furniture:
    """Fill a district of two finished runs: one with everything, one small enough to release."""
    told = screens(district.shelf.bundle(str(full.pk), "internal"))
    outcome = next(o for o in told["outcomes"] if any(f["causes"] for f in o["findings"]))
    screen = next(f["screen"] for f in outcome["findings"] if f["causes"])
    everywhere = {"slug": district.slug, "run": full.pk, "audit": full.audit_id,
                  "screen": screen, "name": outcome["id"], "color": "205493"}  # fmt: skip
    made = Furniture({"": everywhere})
    one = next(f for f in outcome["findings"] if f["screen"] == screen)
    furnish_standing(district, full, made)
    with inside(district.organization):
        _planned(district, full, one, made)
        _own_files(district, made)
        _runs(district, full, made)
        _releases(district, full, short, small, made)
        _kept(district, made)
    _people(district, made)
    _ways_in(district, made)
    _told_outward(district, short, small, made)
    return made


def _planned(district: Any, run: Run, finding: Any, made: Furniture) -> None:
    """A plan with a row of each kind, and a finding of which a goal can be made."""
    found = plan(district, run, {**finding, "finding": "another"})
    offered(district, run, finding)
    made.known |= {
        "goal": {"goal": found.goal.pk}, "add-step": {"goal": found.goal.pk},
        "begin-trial": {"goal": found.goal.pk}, "step-done": {"step": found.step.pk},
        "end-trial": {"cycle": found.trial.pk},
    }  # fmt: skip


def _own_files(district: Any, made: Furniture) -> None:
    """An audit of own files, looked at and checked, one file refused; two audits just begun."""
    analyst = district.members["analyst"]
    audit = open_audit(analyst, "Our own files")
    upload = _sent(district, audit, "students.csv", (_FILE + _WITHOUT_NUMBER).encode())
    _sent(district, audit, "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(200))
    look_at(analyst, audit)
    Worker().run(until_idle=True)
    audit.refresh_from_db()
    checked = start_run(analyst, audit, "check")
    Worker().run(until_idle=True)
    empty, begun = open_audit(analyst, "Not begun"), open_audit(analyst, "Begun")
    begin_upload(analyst, begun, "grades.csv", 5_000_000)
    for name in ("audit", "files", "mapping", "codes", "questions"):
        made.known[name] = {"audit": audit.pk}
    made.known |= {"source": {"upload": upload.pk}, "piece": {"upload": upload.pk},
                   "arrived": {"upload": upload.pk}, "remove": {"upload": upload.pk},
                   "aside": {"upload": upload.pk, "run": checked.pk}}  # fmt: skip
    own = f"/d/{district.slug}"
    made.faces |= {
        "checked": Place("analyst", f"{own}/runs/{checked.pk}/"),
        "files, none": Place("analyst", f"{own}/audits/{empty.pk}/files/"),
        "files, on their way": Place("analyst", f"{own}/audits/{begun.pk}/files/"),
        "mapping, not yet": Place("analyst", f"{own}/audits/{empty.pk}/mapping/", 409),
    }


def _sent(district: Any, audit: Audit, name: str, data: bytes) -> Upload:
    """A file that has arrived whole."""
    analyst = district.members["analyst"]
    upload = begin_upload(analyst, audit, name, len(data))
    path = district.shelf.arriving(str(upload.pk))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return upload_arrived(analyst, upload, received=len(data), sha256=digest_of(path))


def _runs(district: Any, full: Run, made: Furniture) -> None:
    """Runs of each state beside the finished ones."""
    runs = Run.objects.within(district.organization)
    of = {"audit": full.audit, "made_by": full.made_by}
    running = runs.create(state=Run.State.RUNNING, step="Counting", share=0.4, **of)
    failed = runs.create(state=Run.State.FAILED, why="The file has no column of students.", **of)
    runs.create(state=Run.State.CANCELLED, **of)
    own = f"/d/{district.slug}/runs"
    wish = wish_for(district.members["principal"], full, "oss_any", ["sex"])
    made.known |= {"status": {"run": running.pk}, "cancel": {"run": running.pk},
                   "answer-wish": {"wish": wish.pk}}  # fmt: skip
    made.faces |= {
        "front, wished for": Place("analyst", f"/d/{district.slug}/"),
        "running": Place("analyst", f"{own}/{running.pk}/"),
        "failed": Place("analyst", f"{own}/{failed.pk}/"),
        "one number": Place("analyst", f"{own}/{full.pk}/numbers/?place=all"),
    }


def _releases(district: Any, full: Run, short: Run, small: Path, made: Furniture) -> None:
    """One waits for a vote, one is out, of one it was asked that it be taken off."""
    members, shelf = district.members, district.shelf
    releases = Release.objects.within(district.organization)
    of = {"run": full, "made_by": members["equity_lead"].user}
    waiting = releases.create(audience="board", state=Release.State.WAITING, **of)
    vote(members["reviewer"], waiting, approves=True, note="Small groups are hidden.")
    draft = shelf.draft(str(waiting.pk))
    draft.mkdir(parents=True)
    shutil.copy(small / "public" / SCREENS, draft)
    out = copies.released(district, short, small)
    leaving = releases.create(audience="staff", state=Release.State.OUT, **of)
    ask_to_withdraw(members["superintendent"], leaving)
    told = screens(small / "public")
    outcome = told["outcomes"][0]
    screen = (*outcome["findings"], *outcome["quiet"])[0]["screen"]
    for name in ("report", "families", "method", "finding", "outcome", "file"):
        made.known[f"public-{name}"] = {
            "release": out.pk, "screen": screen,
            "name": "measures.csv" if name == "file" else outcome["id"],
        }  # fmt: skip
    made.known |= {"vote": {"release": waiting.pk}, "withdraw": {"release": out.pk},
                   "file": {"name": "measures.csv"}, "api-file": {"name": "measures.csv"},
                   "look": {"name": next(iter(_look()))}}  # fmt: skip
    packet = shelf.packet(str(out.pk), "en")  # the page offers it; what is in it, others look at
    packet.parent.mkdir(parents=True)
    packet.write_bytes(b"%PDF-1.7\n")
    made.known["packet-file"] = {"language": "en"}
    made.visitors["vote"] = "superintendent"
    own = f"/d/{district.slug}"
    made.faces |= {
        "vote, cast": Place("reviewer", f"{own}/releases/{waiting.pk}/"),
        "vote, out": Place("equity_lead", f"{own}/releases/{out.pk}/"),
        "vote, leaving": Place("reviewer", f"{own}/releases/{leaving.pk}/"),
        "front, to vote": Place("superintendent", f"{own}/"),
        "front, one school": Place("principal", f"{own}/"),
        "front, nothing released": Place("partner", f"{own}/"),
        "run, one school": Place("principal", f"{own}/runs/{full.pk}/"),
        "refused": Place("teacher", f"{own}/trail/", 403),
        "missing": Place("superintendent", "/d/nowhere/", 404),
        "missing, to anybody": Place(None, "/public/nowhere/", 404),
    }


def _kept(district: Any, made: Furniture) -> None:
    """A period of the district's own, a certificate, a hold, a backup, a token."""
    administrator, now = district.members["administrator"], timezone.now()
    keeping.set_period(administrator, "drafts", 200)
    rows = Invitation.objects.filter(organization=district.organization)
    certificate = keeping.destroy(
        district.organization, keeping.Due("invitations", "invitations:0", rows=rows)
    )
    hold = keeping.hold(administrator, "A court asked for what was counted")
    ended = Hold.objects.within(district.organization).create(reason="Over", ended_at=now)
    Backup.objects.create(name="eachchild-20260101.sealed", size=5_000_000, sha256="0" * 64,
                          expires_at=now)  # fmt: skip
    make_token(district.members["analyst"], "The data warehouse", "internal", 90)
    (token,) = Token.objects.within(district.organization)
    made.known |= {"certificate": {"certificate": certificate.pk}, "hold": {"hold": hold.pk},
                   "end-hold": {"hold": ended.pk}, "end-token": {"token": token.pk}}  # fmt: skip


def _people(district: Any, made: Furniture) -> None:
    """Two who are invited, one who left, one who belongs to two districts."""
    secret = link(district, "new.teacher@north.invalid", "teacher").split("/")[-2]
    link(district, "evaluator@elsewhere.invalid", "partner", **GROUND)
    (invitation, _) = Invitation.objects.filter(organization=district.organization)
    left = User.objects.create_user("left@north.invalid", "Somebody who left")
    ended = add_member(district.organization, left, "coach")
    end_membership(ended, by=district.members["administrator"].user)
    other = open_organization("Another district", "another")
    add_member(other, district.members["superintendent"].user, "reviewer")
    made.known |= {"join": {"secret": secret}, "shred": {"membership": ended.pk},
                   "end-membership": {"membership": ended.pk},
                   "link-member": {"membership": ended.pk},
                   "columns": {"membership": district.members["analyst"].pk},
                   "withdraw-invitation": {"invitation": invitation.pk}}  # fmt: skip
    made.visitors |= {"home": "superintendent", "join": None}
    made.faces |= {"front, nothing yet": Place("superintendent", "/d/another/"),
                   "public, nothing yet": Place(None, "/public/another/")}  # fmt: skip


def _ways_in(district: Any, made: Furniture) -> None:
    """People on their way in: without a second factor, half signed in, with a new password."""
    person, coach, teacher, reviewer = (
        district.members[role].user for role in ("superintendent", "coach", "teacher", "reviewer")
    )
    with_password(coach)
    with_password(teacher)
    own_key = Authenticator.objects.create(
        user=reviewer, type="webauthn", data=passkey("My laptop")
    )
    RecoveryCodes.activate(person)
    auditor = district.members["auditor"].user
    Authenticator.objects.filter(user__in=(teacher, auditor)).delete()
    for role, member in district.members.items():
        made.clients[role] = _signed_in(User.objects.get(pk=member.user_id))
    made.clients["halfway"] = Client()
    sign_in(made.clients["halfway"], coach.email)
    made.clients["forgetful"] = Client()
    made.clients["forgetful"].post("/account/password/reset/", {"email": coach.email})
    found = re.search(r"/account/password/reset/key/(\w+)-(\S+)/", str(mail.outbox[-1].body))
    assert found is not None
    made.clients["forgetful"].get(found[0])  # leads to a page of this browser's alone
    made.known |= {
        "account_reset_password_from_key": {"uidb36": found[1], "key": "set-password"},
        "account_confirm_email": {"key": "none"}, "end-session": {"session": 1},
        "openid_connect_login": {"provider_id": "platform"},
        "openid_connect_callback": {"provider_id": "platform"},
        "mfa_edit_webauthn": {"pk": own_key.pk}, "mfa_remove_webauthn": {"pk": own_key.pk},
    }  # fmt: skip
    who = {"superintendent": ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes",
                              "mfa_view_recovery_codes", "mfa_download_recovery_codes",
                              "mfa_add_webauthn", "mfa_reauthenticate", "account_logout",
                              "usersessions_list"),
           "reviewer": ("mfa_list_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn",
                        "mfa_reauthenticate_webauthn"),
           "coach": ("account_change_password",), "halfway": ("mfa_authenticate",),
           "teacher": ("account_reauthenticate",), "auditor": ("mfa_activate_totp",),
           "forgetful": ("account_reset_password_from_key",)}  # fmt: skip
    made.visitors |= {name: one for one, names in who.items() for name in names}
    made.faces |= {
        "no second factor": Place("auditor", "/account/2fa/"),
        "the district's sign-in failed": Place(None, "/account/3rdparty/login/error/", 401),
    }


def _told_outward(district: Any, short: Run, small: Path, made: Furniture) -> None:
    """What everybody reads of the plan: with a goal, without, one that waits; two messages."""
    goal = told.goal_of(district, short, small / "public")
    drawn = screens(small / "public")["outcomes"][0]["figures"]
    told.verdict_of(
        district, short, goal, "public", "What was released shows that it fell",
        whose="Fewer students of the group; as many of the others.",
        picture=drawn[0]["html"] if drawn else "", table="<p>Year by year</p>",
    )  # fmt: skip
    told.entry_of(district, goal)
    told.entry_of(district)
    with inside(district.organization):
        waiting = write_entry(
            district.members["equity_lead"], goal=None, said=told.SAID, did=told.SAID
        )
    reply = told.message_to(district)
    told.message_to(district, language="es", text="¿Cuándo sale el autobús?", contact="")
    with inside(district.organization):
        mark_read(district.members["equity_lead"], reply)
    told.contact_of(district)
    own = f"/d/{district.slug}/plan"
    made.known |= {"public-school": {"place": "03001"}, "contact": {"place": "all"},
                   "read-reply": {"reply": reply.pk}, "destroy-reply": {"reply": reply.pk},
                   "approve-entry": {"entry": waiting.pk},
                   "take-off-entry": {"entry": waiting.pk}}  # fmt: skip
    made.faces |= {
        "entries, to approve": Place("reviewer", f"{own}/told/"),
        "a school, nothing released": Place(None, f"/public/{district.slug}/schools/02001/"),
        "in Spanish": Place(None, f"/public/{district.slug}/schools/03001/?language=es"),
    }


def _signed_in(person: User) -> Client:
    """A browser of somebody who has just shown a second factor."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    session = client.session
    session[JUST_ADDED] = time()
    session.save()
    return client
