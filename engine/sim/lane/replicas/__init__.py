"""Keys whose versions lie on several instances of one node."""
