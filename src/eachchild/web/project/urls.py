"""Every address of the platform, app by app."""

from django.urls import include, path
from django.views.i18n import set_language

from eachchild.web.accounts.views import step_into
from eachchild.web.api.urls import interface

urlpatterns = [
    path("account/", include("eachchild.web.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("demo/", step_into, name="demo"),
    path("api/v1/", include(interface)),
    path("public/", include("eachchild.web.public.urls")),
    path("", include("eachchild.web.foundation.urls")),
    path("", include("eachchild.web.profile.urls")),
    path("language/", set_language, name="set_language"),
    path("d/<slug:slug>/keeping/", include("eachchild.web.keeping.urls")),
    path("d/<slug:slug>/", include("eachchild.web.audits.urls")),
    path("d/<slug:slug>/", include("eachchild.web.strategy.urls")),
    path("d/<slug:slug>/", include("eachchild.web.api.urls")),
]
handler400 = "eachchild.web.foundation.views.bad_request"
handler403 = "eachchild.web.foundation.views.refused"
handler404 = "eachchild.web.foundation.views.not_found"
handler429 = "eachchild.web.foundation.views.too_many"
handler500 = "eachchild.web.foundation.views.broken"
