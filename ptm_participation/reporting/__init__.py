"""What it adds up to: summaries and exports."""
