"""Addresses that need no sign-in."""

from django.urls import path

from eachchild.web.public import loop, replies, schools, views

_REPORT = "<slug:slug>/<uuid:release>/"
urlpatterns = [
    path("<slug:slug>/", views.district, name="public-district"),
    path("<slug:slug>/plan/", loop.plan, name="public-plan"),
    path("<slug:slug>/schools/", schools.schools, name="public-schools"),
    path("<slug:slug>/schools/<path:place>/", schools.school, name="public-school"),
    path("<slug:slug>/reply/", replies.reply, name="public-reply"),
    path("<slug:slug>/reply/thanks/", replies.thanked, name="public-thanked"),
    path(_REPORT, views.report, name="public-report"),
    path(f"{_REPORT}families/", views.families, name="public-families"),
    path(f"{_REPORT}method/", views.method, name="public-method"),
    path(f"{_REPORT}findings/<str:screen>/", views.finding, name="public-finding"),
    path(f"{_REPORT}outcomes/<str:name>/", views.outcome, name="public-outcome"),
    path(f"{_REPORT}files/<str:name>", views.file, name="public-file"),
]
