"""The app by its name."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """Vision, standards, goals, actions, cycles, reviews, and what is told of them."""

    name = "eachchild.web.strategy"
    label = "strategy"
