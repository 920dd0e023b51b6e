"""What a log may say: a link that opens something is no address, so its secret is overwritten."""

import logging
import re

_SECRET = re.compile(r"(/(?:join|password/reset/key)/)[^/\s\"']+")


class NoSecrets(logging.Filter):
    """Overwrites the secret of a link, wherever the framework wrote an address into a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the line through without it."""
        record.msg, record.args = _SECRET.sub(r"\1...", record.getMessage()), ()
        return True
