"""A bilingual know-your-rights assistant for the residents of Huntington Park, California."""
