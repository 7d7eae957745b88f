"""Product page and checkout of the stores beside a bare handler that asks the same questions."""
