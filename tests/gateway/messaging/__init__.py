"""Channels, each with a stand-in of the company behind it."""
