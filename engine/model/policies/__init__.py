"""Mechanisms that are switched on by a field: rules on links and gates on nodes, one small file each."""
