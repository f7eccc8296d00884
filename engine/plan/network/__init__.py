"""A plan as a network of queues: who sends how much to whom, and how long it takes there."""
