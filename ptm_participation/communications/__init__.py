"""News of the procedure, and the receipts that leave the house."""
