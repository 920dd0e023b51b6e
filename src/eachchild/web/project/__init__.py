"""The Django project: settings from the environment, addresses, and how it is started."""
