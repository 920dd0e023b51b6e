"""`python -m eachchild` is `eachchild`."""

import sys

from eachchild.cli import main

sys.exit(main())
