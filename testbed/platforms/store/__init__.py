"""A running store on any platform: its members, edge, databases, faults and usage."""
