"""The design: what a person draws, edits and shares. Everybody reads it; it imports no other layer."""
