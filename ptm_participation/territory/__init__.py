"""The 133 Comuni and the zones that they form."""
