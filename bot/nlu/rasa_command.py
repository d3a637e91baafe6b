"""`python -m bot.nlu.rasa_command`: the command `rasa` with all its arguments, as this project runs it."""

from __future__ import annotations

import sys

from rasa.__main__ import main

from bot.nlu.action_results import check_schema_once

if __name__ == "__main__":
    sys.argv[0] = "rasa"
    check_schema_once()
    main()
