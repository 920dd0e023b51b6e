"""Nobody reaches a row of another district: by no address, by no query of a view (S2)."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse
from test_matrix import _POST_ONLY, PAGES

import eachchild.web
from eachchild.web.accounts.actions import invite
from eachchild.web.audits.actions import propose, vote
from eachchild.web.audits.models import Release, Upload
from eachchild.web.foundation.matrix import roles
from eachchild.web.foundation.tenancy import NotScopedError, Owned, inside
from eachchild.web.keeping import actions

WEB = Path(eachchild.web.__file__).parent
TENANTS = {
    model.__name__: model
    for model in apps.get_models()
    if any(f.column == "organization_id" for f in model._meta.local_concrete_fields)
}
MANAGERS = {"objects", "every", "_base_manager", "_default_manager"}


def _unscoped(source: str) -> list[str]:
    """The uses of a manager of tenants' rows that do not say of whom, as `line: model`."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name, used = node.value.id, node.attr
            scoped = used == "objects" and _says_of_whom(node, above)
            if name in TENANTS and used in MANAGERS and not scoped:
                found.append(f"{node.lineno}: {name}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if (node.func.id == "get_object_or_404" and isinstance(first, ast.Name)
                    and first.id in TENANTS and not _of_organization(node)):  # fmt: skip
                found.append(f"{node.lineno}: {first.id}")
    return found


def _says_of_whom(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether the chain of calls that begins here is scoped, here or in the call it is given to."""
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr == "within":
            return True
        if isinstance(node, ast.Call) and _of_organization(node):
            return True
        node = above[node]
    return False


def _of_organization(call: ast.Call) -> bool:
    return any(word.arg == "organization" for word in call.keywords)


VIEWS = sorted([*WEB.glob("*/views*.py"), *WEB.glob("*/views/*.py")])


@pytest.mark.parametrize("path", VIEWS, ids=lambda p: f"{p.parent.name}.{p.stem}")
def test_s2_no_view_asks_for_rows_of_every_organization(path: Path) -> None:
    assert _unscoped(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Run.objects.within(mine).filter(pk=1)", []),
        ("Run.every.get(pk=1)", ["1: Run"]),
        ("Membership.objects.filter(pk=1)", ["1: Membership"]),
        ("Membership.objects.select_related('x').filter(organization=o, pk=1)", []),
        ("get_object_or_404(Membership, pk=1)", ["1: Membership"]),
        ("get_object_or_404(Membership.objects.all(), pk=1)", ["1: Membership"]),
        ("get_object_or_404(Membership, pk=1, organization=o)", []),
    ],
)
def test_s2_the_rule_sees_what_it_should(source: str, found: list[str]) -> None:
    assert _unscoped(source) == found


def test_s2_a_query_without_an_organization_fails() -> None:
    for model in TENANTS.values():
        if issubclass(model, Owned):
            with pytest.raises(NotScopedError, match="within"):
                model.objects.all()


def _filled(district, run) -> None:
    """One row at least of every tenant's table."""
    organization, member = district.organization, district.members["analyst"]
    with inside(organization):
        Upload.objects.within(organization).create(audit=run.audit, name="x.csv", size=1)
        release = propose(member, run, "public")
        release.state = Release.State.WAITING
        release.save()
        vote(district.members["reviewer"], release, approves=True)
        actions.hold(district.members["administrator"], "A letter")
        actions.set_period(district.members["administrator"], "drafts", 10)
        actions.certify(organization, "drafts", [], method="Rows deleted", by=None)
    invite(organization, "x@elsewhere.invalid", "analyst", by=member.user)


def _ids(district) -> dict[str, object]:
    found = {}
    with inside(district.organization):
        for name, model in TENANTS.items():
            rows = model._base_manager.filter(organization=district.organization)
            first = rows.order_by("pk").values_list("pk", flat=True).first()
            if first is not None:
                found[name] = first
    return found


def _can_be(converter: str, key: object) -> bool:
    return (converter == "UUIDConverter") == (not isinstance(key, int))


def test_s2_no_id_of_another_district_is_there(north, south, client_for, finished_south) -> None:
    run = finished_south
    _filled(south, run)
    ids = _ids(south)
    ours = {"Audit", "Upload", "Run", "Release", "Vote", "Hold", "Certificate", "Period",
            "Membership", "Invitation", "Event", "Chain"}  # fmt: skip
    assert ours <= set(ids)
    tried = 0
    for name, pattern in PAGES.items():
        role = next(r for r in roles().values() if pattern.callback.right in r.rights)
        client = client_for(north, role.name)
        kinds = {k: type(c).__name__ for k, c in pattern.pattern.converters.items()}
        asked = {k: c for k, c in kinds.items() if k != "slug" and c != "StringConverter"}
        for model, key in ids.items():
            if not asked or not all(_can_be(c, key) for c in asked.values()):
                continue
            named = {k: key if k in asked else "x" for k in kinds} | {"slug": "north"}
            ask = client.post if name in _POST_ONLY else client.get
            assert ask(reverse(name, kwargs=named)).status_code == 404, (name, model)
            assert ask(reverse(name, kwargs={**named, "slug": "south"})).status_code == 404
            tried += 1
    assert tried > 100
