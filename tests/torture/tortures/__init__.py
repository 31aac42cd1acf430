"""One module a kind of torture; each registers what it can do."""
