"""What the session does: one function for each act, grouped by subject; ``tables`` says when.

Pure.  An act takes the session, says what is to be said and leaves the session in its new state.
"""
