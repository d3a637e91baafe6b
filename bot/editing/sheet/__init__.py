"""Topics as a spreadsheet: out, and back in."""
