"""Addresses of a district's plan."""

from django.urls import path

from eachchild.web.strategy.views import aiming, goals, packet

_FINDING = "runs/<uuid:run>/findings/<str:screen>/"
_GOAL = "plan/goals/<uuid:goal>/"
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
]
