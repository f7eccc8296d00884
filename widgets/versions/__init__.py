"""Which version of a key the replicas of a cluster held when."""
