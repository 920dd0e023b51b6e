"""Addresses about people."""

from django.urls import path

from eachchild.web.accounts import views

urlpatterns = [
    path("step-into/", views.step_into, name="step-into"),
    path("join/<str:secret>/", views.joining, name="join"),
    path("people/<slug:slug>/", views.people, name="people"),
    path("people/<slug:slug>/<uuid:membership>/end/", views.end, name="end-membership"),
]
