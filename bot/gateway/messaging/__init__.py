"""Channels besides the page, one a file; webhook.py is what they have in common."""
