"""The pure core: text, understanding, the routine and the conversation.  No clocks, files, threads or sound."""
