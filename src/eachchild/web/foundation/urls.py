"""Addresses of the frame."""

from django.urls import path

from eachchild.web.foundation import views

urlpatterns = [
    path("", views.home, name="home"),
    path("look/<str:name>", views.look, name="look"),
    path("health/", views.health, name="health"),
    path("d/<slug:slug>/trail/", views.trail, name="trail"),
]
