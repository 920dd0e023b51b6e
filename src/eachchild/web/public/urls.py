"""Addresses that need no sign-in."""

from django.urls import path

from eachchild.web.public import views

_REPORT = "<slug:slug>/<uuid:release>/"
urlpatterns = [
    path("<slug:slug>/", views.district, name="public-district"),
    path(_REPORT, views.report, name="public-report"),
    path(f"{_REPORT}families/", views.families, name="public-families"),
    path(f"{_REPORT}method/", views.method, name="public-method"),
    path(f"{_REPORT}findings/<str:screen>/", views.finding, name="public-finding"),
    path(f"{_REPORT}outcomes/<str:name>/", views.outcome, name="public-outcome"),
    path(f"{_REPORT}files/<str:name>", views.file, name="public-file"),
]
