"""Reading a message that was received: certified mail, its receipts, ordinary mail."""
