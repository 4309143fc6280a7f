"""The facts under everything: loaded from `data/`, corrected on screen."""
