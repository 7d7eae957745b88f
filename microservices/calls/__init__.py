"""How services call each other: connections to the instances of a role, behind a guard."""
