"""Addresses of a district's plan."""

from django.urls import path

from eachchild.web.strategy.views import meetings, standards, standing

_REVIEW = "plan/reviews/<uuid:review>/"
urlpatterns = [
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
]
