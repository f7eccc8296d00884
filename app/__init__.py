"""The desktop application: puts views, document and simulating process together."""
