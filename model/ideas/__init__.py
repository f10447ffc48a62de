"""The book's ideas on live numbers: a module for each section of Concepts.

Each has ``DEFAULTS``, its values as they stand in a URL; ``answer(values)``, what the screen shows of them, ready for
JSON; ``CODE``, the functions that are really run, to be read beside it. One that trains has ``run(values, …)`` too, a
generator of measured frames.
"""
