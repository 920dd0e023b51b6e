"""Addresses about keeping and destroying data."""

from django.urls import path

from eachchild.web.keeping import views

urlpatterns = [
    path("", views.keeping, name="keeping"),
    path("holds/", views.hold, name="hold"),
    path("holds/<uuid:hold>/end/", views.end_hold, name="end-hold"),
    path("periods/", views.period, name="period"),
    path("certificates/<uuid:certificate>/", views.certificate, name="certificate"),
    path("people/<uuid:membership>/shred/", views.shred, name="shred"),
    path("export/", views.export, name="export"),
    path("leaving/", views.leaving, name="leaving"),
    path("leaving/say/", views.leave, name="leave"),
    path("leaving/take-back/", views.stay, name="stay"),
    path("inventory/", views.inventory, name="inventory"),
    path("health/", views.health, name="operating"),
]
