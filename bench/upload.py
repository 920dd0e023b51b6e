"""A district's export to a finished audit through the platform: seconds, and pages meanwhile.

`python bench/upload.py FOLDER`: sends the CSV files of a folder in pieces as the script of the page
does, has them looked at, takes the guesses, checks, audits, and opens four pages a second.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "web"))
from served import served

PIECE = 8 << 20


class Browser:
    """A signed-in browser that keeps its cookies."""

    def __init__(self, site: str, session: str) -> None:
        self.site, self.cookies, self.token = site, {"sessionid": session}, ""

    def ask(self, path: str, data: object = None, **options: object) -> tuple[str, str]:
        """The text of an answer and the address it came from."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
                   "X-CSRFToken": self.token, **dict(options.get("headers", {}))}  # type: ignore[call-overload]  # fmt: skip
        body = urllib.parse.urlencode(data).encode() if isinstance(data, dict) else data
        address = path if path.startswith("http") else f"{self.site}{path}"
        request = urllib.request.Request(address, body, headers, method=options.get("method"))  # type: ignore[arg-type]
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read().decode("utf-8", "replace")
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text):
                self.token = found[1]
            return text, answer.url


def send(browser: Browser, audit: str, path: Path) -> None:
    """One file in pieces."""
    size, digest = path.stat().st_size, hashlib.sha256()
    told = browser.ask(f"/d/north/audits/{audit}/files/begin/", {"name": path.name, "size": size})
    upload = json.loads(told[0])["upload"]
    with path.open("rb") as file:
        at = 0
        while piece := file.read(PIECE):
            digest.update(piece)
            span = f"bytes {at}-{at + len(piece) - 1}/{size}"
            browser.ask(f"/d/north/uploads/{upload}/", piece, method="PUT",
                        headers={"Content-Range": span})  # fmt: skip
            at += len(piece)
    browser.ask(f"/d/north/uploads/{upload}/arrived/", {"sha256": digest.hexdigest()})


def until_done(browser: Browser, address: str) -> str:
    """Ask for a run's page until it is over."""
    while True:
        text, _url = browser.ask(address)
        if "hx-get" not in text:
            return text
        time.sleep(0.5)


def readers(site: str, session: str, times: list[float], over: threading.Event) -> None:
    """Somebody who opens the front page four times a second."""
    browser = Browser(site, session)
    while not over.is_set():
        begin = time.monotonic()
        browser.ask("/d/north/")
        times.append(time.monotonic() - begin)
        over.wait(0.25)


def main(folder: Path) -> None:
    """Print the seconds of each step, and how long pages took meanwhile."""
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as data, served(Path(data), ["analyst"]) as (site, people):
        browser, times, over = Browser(site, people["analyst"]), [], threading.Event()
        browser.ask("/d/north/audits/new/")
        url = browser.ask("/d/north/audits/new/", {"title": "Ours"})[1]
        audit = url.split("/audits/")[1].split("/")[0]
        reader = threading.Thread(target=readers, args=(site, people["analyst"], times, over))
        reader.start()
        begin = last = time.monotonic()
        for path in sorted(folder.glob("*.csv")):
            send(browser, audit, path)
        for step, address in (("sent", ""), ("looked at", "look/"), ("checked", "check/"),
                              ("audited", "run/")):  # fmt: skip
            if address:
                until_done(browser, browser.ask(f"/d/north/audits/{audit}/{address}", {})[1])
            if address == "look/":
                take_guesses(browser, audit)
            now = time.monotonic()
            seconds[step], last = round(now - last, 1), now
        seconds["whole"] = round(time.monotonic() - begin, 1)
        over.set()
        reader.join()
        text = browser.ask("/d/north/")[0]
        times.sort()
        print(json.dumps({"seconds": seconds, "pages": len(times), "finding": "top" in text,
                          "p50_ms": round(1000 * times[len(times) // 2]),
                          "p95_ms": round(1000 * times[int(0.95 * len(times))]),
                          "load": os.getloadavg()[0]}))  # fmt: skip


def take_guesses(browser: Browser, audit: str) -> None:
    """Keep what the page of values guesses."""
    address = f"/d/north/audits/{audit}/codes/"
    text = browser.ask(address)[0]
    fields = {}
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    browser.ask(address, fields)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
