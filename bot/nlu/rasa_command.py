"""`python -m bot.nlu.rasa_command`: the command `rasa` with all its arguments, without TensorFlow."""

from __future__ import annotations

import sys

from rasa.__main__ import main

if __name__ == "__main__":
    sys.argv[0] = "rasa"
    main()
