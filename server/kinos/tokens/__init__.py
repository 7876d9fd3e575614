"""Counting tokens, and the document that is edited."""
