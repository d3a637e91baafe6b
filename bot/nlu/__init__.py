"""Rasa's side: graph components, one a file, and the tracker store."""

from bot.nlu import tensorflow_stand_in

# Rasa is imported by modules of this room alone, and finds no TensorFlow.
tensorflow_stand_in.install()
