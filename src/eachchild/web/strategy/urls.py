"""Addresses of a district's plan."""

from django.urls import path

from eachchild.web.strategy.views import (
    aiming,
    goals,
    meetings,
    outward,
    packet,
    standards,
    standing,
)

_FINDING = "runs/<uuid:run>/findings/<str:screen>/"
_GOAL = "plan/goals/<uuid:goal>/"
_REVIEW = "plan/reviews/<uuid:review>/"
urlpatterns = [
    path("plan/", goals.plan, name="plan"),
    path(f"{_FINDING}why/", aiming.why, name="why"),
    path(f"{_FINDING}goal/", aiming.aim, name="aim"),
    path("plan/packet/", packet.packet, name="packet"),
    path("plan/packet/make/", packet.make_packet, name="make-packet"),
    path("plan/packet/<str:language>.pdf", packet.packet_file, name="packet-file"),
    path("plan/strategies/", aiming.library, name="strategies"),
    path(_GOAL, goals.goal, name="goal"),
    path(f"{_GOAL}steps/", goals.add_step, name="add-step"),
    path("plan/steps/<uuid:step>/done/", goals.step_done, name="step-done"),
    path(f"{_GOAL}trials/", goals.begin_trial, name="begin-trial"),
    path("plan/trials/<uuid:cycle>/", goals.end_trial, name="end-trial"),
    path("plan/vision/", standing.vision, name="vision"),
    path("plan/vision/new/", standing.new_vision, name="new-vision"),
    path("plan/vision/<uuid:vision>/sign/", standing.sign_vision, name="sign-vision"),
    path("plan/standards/", standards.every_standard, name="standards"),
    path("plan/frameworks/", standards.frameworks, name="frameworks"),
    path("plan/standards/<str:key>/", standards.one_standard, name="standard"),
    path("plan/standards/<str:key>/rate/", standards.rate_standard, name="rate-standard"),
    path("plan/reviews/", meetings.reviews, name="reviews"),
    path("plan/reviews/new/", meetings.plan_review, name="plan-review"),
    path(_REVIEW, meetings.review, name="review"),
    path(f"{_REVIEW}goals/<uuid:goal>/", meetings.decide, name="decide"),
    path(f"{_REVIEW}keep/", meetings.keep_review, name="keep-review"),
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
