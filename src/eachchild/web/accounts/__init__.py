"""People: who they are, how they sign in, where they belong and until when."""
