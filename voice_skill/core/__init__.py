"""Pure: text, understanding, the routine, the conversation.  No clocks, files, threads or sound."""
