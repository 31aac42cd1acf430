"""Clients that live in a browser."""
