"""Whether a demonstration is up: each person's front page, asked for once over the network."""

import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

_WAIT = 60.0  # seconds until a server that does not answer is called broken
_PERSON = re.compile(r'name="person" value="([^"]+)"[^>]*>([^<]+)<')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


class NotUpError(RuntimeError):
    """The demonstration does not answer as it should."""


def visit_everybody(address: str, *, told: Any = print) -> int:
    """Step into every role and read its front page; how many there were."""
    _wait_for(f"{address}/health/")
    page = _browser().open(f"{address}/demo/").read().decode()
    people = _PERSON.findall(page)
    if not people:
        raise NotUpError(f"{address}/demo/ names nobody to step into.")
    for person, role in people:
        told(f"  {role}: {_front_page(address, person)}")
    return len(people)


def _front_page(address: str, person: str) -> str:
    browser = _browser()
    page = browser.open(f"{address}/demo/").read().decode()
    token = next(iter(_TOKEN.findall(page)))
    sent = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "person": person}).encode()
    with browser.open(f"{address}/demo/", data=sent) as answer:
        found = _TITLE.search(answer.read().decode())
    if found is None or answer.url.endswith("/demo/"):
        raise NotUpError(f"Stepping into a role led to {answer.url}.")
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def _browser() -> urllib.request.OpenerDirector:
    jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=False))
    proxy = urllib.request.ProxyHandler({})  # this machine alone
    return urllib.request.build_opener(proxy, urllib.request.HTTPCookieProcessor(jar))


def _wait_for(address: str) -> None:
    for _ in _until(time.monotonic() + _WAIT):
        try:
            _browser().open(address, timeout=5).read()
        except OSError:
            continue
        return
    raise NotUpError(f"Nothing answers at {address}.")


def _until(end: float) -> Iterator[None]:
    while time.monotonic() < end:
        yield
        time.sleep(0.25)
