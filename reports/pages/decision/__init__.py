"""What a reader is asked to decide: what to do, its worth, on whose prices, what then."""
