"""The platform: pages for people who never open a terminal, over the same audits and releases."""
