"""Benchmarks: run by hand, never by pytest; machines differ from minute to minute."""
