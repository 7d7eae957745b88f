"""What crossing a boundary costs, and how fast the stores are beside bare handlers."""
