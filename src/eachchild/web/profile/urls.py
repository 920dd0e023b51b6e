"""Addresses of a district's profile."""

from django.urls import path

from eachchild.web.profile import views

urlpatterns = [
    path("look/own/<str:color>.css", views.accent, name="accent"),
    path("d/<slug:slug>/profile/", views.profile, name="profile"),
    path("d/<slug:slug>/profile/file/", views.profile_file, name="profile-file"),
]
