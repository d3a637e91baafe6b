"""The public door: an aiohttp application."""
