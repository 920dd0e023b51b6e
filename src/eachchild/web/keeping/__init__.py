"""Keeping data as long as is right: schedule, holds, destruction, backups, handing back."""
