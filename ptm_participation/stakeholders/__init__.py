"""The bodies, associations and people that have a stake, and how to reach them."""
