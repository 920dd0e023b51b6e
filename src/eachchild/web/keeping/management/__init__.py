"""Commands for whoever runs the platform."""
