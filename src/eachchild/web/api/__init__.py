"""The read-only interface for programs: findings, numbers and bundles of a token's audience."""
