"""Addresses of a district's plan."""

from django.urls import path

from eachchild.web.strategy.views import outward

urlpatterns = [
    path("plan/replies/", outward.replies, name="replies"),
    path("plan/replies/<int:reply>/read/", outward.read, name="read-reply"),
    path("plan/replies/<int:reply>/destroy/", outward.destroy, name="destroy-reply"),
    path("plan/told/", outward.entries, name="entries"),
    path("plan/told/new/", outward.new_entry, name="new-entry"),
    path("plan/told/<uuid:entry>/approve/", outward.approve, name="approve-entry"),
    path("plan/told/<uuid:entry>/off/", outward.take_off, name="take-off-entry"),
    path("plan/contacts/", outward.contacts, name="contacts"),
    path("plan/contacts/<path:place>/", outward.contact, name="contact"),
]
