"""One module per topic; every function marked @story is run."""
