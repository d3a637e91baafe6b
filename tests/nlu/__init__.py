"""Whatever of Rasa these tests import finds what stands in for TensorFlow, which comes with the room."""

import bot.nlu  # noqa: F401 - imported for what it installs
