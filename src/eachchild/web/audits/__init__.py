"""From files to findings: uploads, plans, runs, what they found, and what is released of it."""
