"""A small drawing in place of a photograph, derived from what the product is."""

from dataclasses import dataclass
from zlib import crc32

DRAWINGS = {
    "Furniture": ("frames", 60),
    "Kitchen": ("circles", 30),
    "Outdoor": ("triangles", 180),
    "Clothing": ("stripes", 0),
    "Footwear": ("dots", 90),
    "Electronics": ("arcs", 270),
    "Sports": ("rays", 120),
    "Garden": ("leaves", 150),
    "Nursery": ("petals", 330),
    "Books": ("bars", 210),
    "Home": ("waves", 240),
    "Tools": ("hexagons", 300),
}
"""Shape and hue (in steps of 30 degrees, as in the style sheet) of each known category."""
CHOICES = tuple(DRAWINGS.values())


@dataclass(frozen=True)
class Motif:
    shape: str
    hue_deg: int
    turn_deg: int


def motif(category: str, product_id: int) -> Motif:
    """Products of one category share shape and hue; each is turned its own way."""
    choice = CHOICES[crc32(category.encode()) % len(CHOICES)]
    shape, hue_deg = DRAWINGS.get(category, choice)
    return Motif(shape, hue_deg, 90 * (product_id % 4))
