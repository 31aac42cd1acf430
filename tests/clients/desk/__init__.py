"""A screen of its own for each graphical client."""
