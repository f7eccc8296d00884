"""How far frames are from each other: a table to type it in, and a map that shows it."""
