"""What the tortures share: the page, the made-up server, the ledger."""
