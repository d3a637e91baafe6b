"""`python -m bot.nlu`: the process that trains and asks, see bot/nlu/training_process.py."""

from __future__ import annotations

from bot.nlu.training_process import main

if __name__ == "__main__":
    main()
