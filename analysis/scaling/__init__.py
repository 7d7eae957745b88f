"""Who pays for a spike, and how much, where the number of instances follows the load."""
