"""The command line."""

import os

# The matrices are small: threads of the algebra library wait for each other more than they work.
# Set before anything brings numpy in; a value of the reader's own stands.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from eachchild.cli.commands import main

__all__ = ["main"]
