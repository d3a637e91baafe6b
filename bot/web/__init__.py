"""The public door: an aiohttp application. It must not import Rasa; it speaks to it over HTTP."""
