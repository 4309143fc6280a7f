"""The statutory steps, the windows in which people may write, and the registers."""
