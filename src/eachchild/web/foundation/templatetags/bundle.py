"""What comes from a bundle: in the language of its audit, with headings as the page needs them."""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from eachchild.web.foundation.language import spoken_here

register = template.Library()
_HEADING = re.compile(r"(</?h)([1-6])\b")


@register.simple_tag
def told(pages: Mapping[str, Any] | None) -> SafeString:
    """` lang="en"` on what is told in another language than that of the page; else nothing."""
    language = str((pages or {}).get("language", ""))
    here = spoken_here()
    if language in ("", here):
        return SafeString("")
    return format_html(' lang="{}"', language)


@register.filter
def under(html: str, level: int) -> SafeString:
    """Painted pieces with headings that begin one below a level, in their order.

    >>> under("<h4>Where it comes from</h4><h3>By hour</h3>", 1)
    '<h2>Where it comes from</h2><h3>By hour</h3>'
    """
    order: list[str] = []
    for _start, depth in _HEADING.findall(html):
        if depth not in order:
            order.append(depth)
    ranks = {depth: min(level + 1 + k, 6) for k, depth in enumerate(order)}
    made = _HEADING.sub(lambda found: f"{found[1]}{ranks[found[2]]}", html)
    return mark_safe(made)  # noqa: S308 - painted by the report's own pieces, which escape
