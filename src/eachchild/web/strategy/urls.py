"""Addresses of a district's plan."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
