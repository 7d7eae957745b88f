"""What resources cost, by declared prices."""
