"""What a bank transaction is booked on: values in, journal items out; many entries at once.

No model is in it: whoever needs one of its files imports that file. What decides, and what is written in the log, is
in matching.
"""
