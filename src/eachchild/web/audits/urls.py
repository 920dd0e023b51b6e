"""Addresses of a district's audits."""

from django.urls import path

from eachchild.web.audits import asking, checking, mapping, receiving, releasing, views

_AUDIT, _UPLOAD = "audits/<uuid:audit>/", "uploads/<uuid:upload>/"
_RUN = "runs/<uuid:run>/"
urlpatterns = [
    path("", views.audits, name="audits"),
    path("audits/<uuid:audit>/", views.audit, name="audit"),
    path("audits/<uuid:audit>/run/", views.start, name="start"),
    path("audits/new/", receiving.new, name="new"),
    path(f"{_AUDIT}files/", receiving.files, name="files"),
    path(f"{_AUDIT}files/begin/", receiving.begin, name="begin"),
    path(f"{_AUDIT}look/", receiving.look, name="look-at"),
    path(f"{_AUDIT}mapping/", mapping.mapping, name="mapping"),
    path(f"{_AUDIT}remember/", mapping.remembered, name="remember-files"),
    path(f"{_AUDIT}codes/", mapping.codes, name="codes"),
    path(f"{_AUDIT}questions/", mapping.questions, name="questions"),
    path(f"{_AUDIT}check/", checking.check, name="check"),
    path(_UPLOAD, receiving.piece, name="piece"),
    path(f"{_UPLOAD}arrived/", receiving.arrived, name="arrived"),
    path(f"{_UPLOAD}remove/", receiving.remove, name="remove"),
    path(f"{_UPLOAD}meaning/", mapping.source, name="source"),
    path(f"{_RUN}aside/<uuid:upload>/", checking.aside, name="aside"),
    path(f"{_RUN}ask/", asking.ask, name="ask"),
    path("wishes/<uuid:wish>/", asking.answer, name="answer-wish"),
    path(_RUN, views.run, name="run"),
    path(f"{_RUN}status/", views.status, name="status"),
    path(f"{_RUN}cancel/", views.cancel, name="cancel"),
    path(f"{_RUN}findings/<str:screen>/", views.finding, name="finding"),
    path(f"{_RUN}outcomes/<str:name>/", views.outcome, name="outcome"),
    path(f"{_RUN}numbers/", views.explore, name="explore"),
    path(f"{_RUN}compare/", views.compare, name="compare"),
    path(f"{_RUN}quality/", views.quality, name="quality"),
    path(f"{_RUN}method/", views.method, name="method"),
    path(f"{_RUN}files/<str:name>", views.file, name="file"),
    path(f"{_RUN}release/", releasing.release, name="release"),
    path("releases/<uuid:release>/", releasing.voting, name="vote"),
    path("releases/<uuid:release>/withdraw/", releasing.withdraw, name="withdraw"),
]
