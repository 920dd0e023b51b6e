"""Addresses of a district's audits."""

from django.urls import path

from eachchild.web.audits import releasing, views

_RUN = "runs/<uuid:run>/"
urlpatterns = [
    path("", views.audits, name="audits"),
    path("audits/<uuid:audit>/", views.audit, name="audit"),
    path("audits/<uuid:audit>/run/", views.start, name="start"),
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
