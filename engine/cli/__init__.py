"""The command line. Importing it never imports Qt."""
