"""A synthetic process of any size, to measure the program on and to train on.

Nothing in it happened: each text says so. The same size and seed give the same process.
"""
