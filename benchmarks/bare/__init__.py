"""The yardstick: the least Django that takes a form of the same size and keeps one row."""
