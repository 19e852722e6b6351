"""Owners in the browser, one module a topic."""
