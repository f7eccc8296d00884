"""The help: pages of Markdown, written by hand or out of the records that the engine itself reads."""
