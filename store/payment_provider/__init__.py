"""The outside payment provider: a stand-in for a party that neither store owns."""
