"""Addresses about people."""

from django.urls import path, re_path

from eachchild.web.accounts import views

# allauth has pages for strangers to sign up and for people to change their address. Here an
# invitation makes the account, and the address is the one that was invited: they do not exist.
_CLOSED = (
    r"^(?:signup/|email/|confirm-email/|password/set/|login/code/|reauthenticate/code/|social/"
    r"|3rdparty/$|3rdparty/signup/|3rdparty/connections/|oidc/)"
)
urlpatterns = [
    path("platform/", views.platform, name="platform"),
    path("platform/back/", views.platform_back, name="platform-back"),
    path("step-into/", views.step_into, name="step-into"),
    path("join/<str:secret>/", views.joining, name="join"),
    path("sessions/<int:session>/end/", views.end_session, name="end-session"),
    path("people/<slug:slug>/", views.people, name="people"),
    path("people/<slug:slug>/register/", views.register, name="register"),
    path("people/<slug:slug>/<uuid:membership>/end/", views.end, name="end-membership"),
    path("people/<slug:slug>/<uuid:membership>/columns/", views.columns, name="columns"),
    path("people/<slug:slug>/<uuid:membership>/link/", views.linking, name="link-member"),
    path(
        "people/<slug:slug>/invited/<uuid:invitation>/",
        views.withdrawing,
        name="withdraw-invitation",
    ),
    re_path(_CLOSED, views.closed),
]
