"""Every address of the platform, app by app."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("account/", include("eachchild.web.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("demo/", RedirectView.as_view(pattern_name="step-into")),
    path("public/", include("eachchild.web.public.urls")),
    path("", include("eachchild.web.foundation.urls")),
    path("d/<slug:slug>/", include("eachchild.web.audits.urls")),
]
handler400 = "eachchild.web.foundation.views.bad_request"
handler403 = "eachchild.web.foundation.views.refused"
handler404 = "eachchild.web.foundation.views.not_found"
handler429 = "eachchild.web.foundation.views.too_many"
handler500 = "eachchild.web.foundation.views.broken"
