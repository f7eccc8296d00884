"""Import and export: other formats as designs and parts of designs."""
