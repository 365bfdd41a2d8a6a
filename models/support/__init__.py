"""What all rooms may use, and the records too: locks, pieces of work, days, errors, words of failures.

No model is in it: whoever needs one of its files imports that file.
"""
