"""Audits whether identity still predicts how students do, and shows where a gap is made."""
