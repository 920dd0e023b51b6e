"""Answers kept with whoever was asked, so that telling them in a second language counts nothing."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Asked = TypeVar("Asked")
What = ParamSpec("What")
Answer = TypeVar("Answer")


def remembered(
    method: Callable[Concatenate[Asked, What], Answer],
) -> Callable[Concatenate[Asked, What], Answer]:
    """A method that answers the same question once; the answer lives as long as its object.

    >>> class Told:
    ...     times = 0
    ...     @remembered
    ...     def of(self, group: str) -> str:
    ...         self.times += 1
    ...         return group.upper()
    >>> told = Told()
    >>> told.of("a"), told.of("a"), told.times
    ('A', 'A', 1)
    """

    @wraps(method)
    def once(asked: Asked, /, *what: What.args, **more: What.kwargs) -> Answer:
        kept = vars(asked).setdefault("_remembered", {})
        key = (method, *map(_key, what), *((name, _key(one)) for name, one in more.items()))
        if key not in kept:
            kept[key] = method(asked, *what, **more), what, more  # what is named by its id stays
        answer: Answer = kept[key][0]
        return answer

    return once


def _key(one: object) -> Hashable:
    """A question's part by its value; what holds numbers in bulk is the same only as itself."""
    try:
        hash(one)
    except TypeError:
        return "id", id(one)
    return one
