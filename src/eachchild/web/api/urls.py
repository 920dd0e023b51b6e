"""Addresses of the interface, as described; and of the page of tokens."""

from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from eachchild.web.api import views


def _address(name: str, template: str) -> URLPattern:
    route = template.removeprefix("/").replace("{", "<str:").replace("}", ">")
    made: URLPattern = path(route, getattr(views, name), name=f"api-{name}")
    return made


interface = [
    path("openapi.json", views.described, name="api-document"),
    *(_address(one.name, one.path) for one in views.ENDPOINTS),
    re_path(r"^.*$", csrf_exempt(views.nowhere)),
]
urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:token>/end/", views.end, name="end-token"),
]
