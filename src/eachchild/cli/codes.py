"""Exit codes, which programs rely on."""

DONE, WRONG, NOT_ENOUGH, REFUSED = 0, 2, 3, 4
