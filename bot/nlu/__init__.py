"""Rasa's side: graph components, one a file, and the tracker store."""
