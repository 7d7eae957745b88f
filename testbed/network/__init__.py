"""Faults on the network as a TCP proxy: it stands on a hop only while a fault holds there."""
