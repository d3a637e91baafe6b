"""`python -m bot.nlu`: the process that trains and asks, see bot/nlu/training_process.py."""

from __future__ import annotations

import sys

# TensorFlow takes two seconds to import it where it is there, and does as well without.
sys.modules["jax"] = None  # type: ignore[assignment] # this is how a module is said to be missing

from bot.nlu.training_process import main  # noqa: E402 - what is missing must be said before

if __name__ == "__main__":
    main()
