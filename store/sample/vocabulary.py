"""The words of the sample shop: names, descriptions, and what a customer would search for."""

from store.rules.ranking import tokens
from store.sample.assortment import ASSORTMENT
from store.sample.words import Category, Noun, listed

CATEGORIES = tuple(category.name for category in ASSORTMENT)

COLLECTIONS = listed(
    "Alpine, Amber, Arctic, Aurora, Autumn, Bayside, Bohemian, Bramble, Boulder, Bright, Canyon, "
    "Cobalt, Classic, Coastal, Cosy, Country, Dune, Everyday, Fjord, Forest, Glacier, Golden, "
    "Granite, Harbour, Heath, Heritage, Highland, Horizon, Indigo, Island, Lakeside, Linden, "
    "Little, Maritime, Meadow, Midnight, Mistral, Modern, Moorland, Moss, Nordic, Northern, "
    "Ocean, Orchard, Pebble, Pioneer, Prairie, Ridge, River, Rustic, Saffron, Solstice, Station, "
    "Sterling, Summit, Sunday, Tundra, Urban, Valley, Wildwood"
)
"""First words of product names."""

OPENINGS = (
    "{name} was made with the next {occasion} in mind.",
    "Everything a good {noun} needs, and nothing more: just right for any {occasion}.",
    "This {noun} turns an ordinary {occasion} into a fine one.",
    "Few things improve a {occasion} like the right {noun}.",
    "Our buyers tried nine of its kind before they chose this {noun} for your {occasion}.",
    "Our {material} {noun} belongs to every {occasion}.",
)
DETAILS = (
    "It comes with {feature} and {other_feature}.",
    "You will notice {feature} first, and come to love {other_feature}.",
    "Look at {feature} and {other_feature}: the small things are right.",
    "It stands out by {feature}.",
)
CLOSINGS = (
    "Repairable, with spare parts kept in stock.",
    "Made in small batches by a family workshop.",
    "A gift that is used rather than stored.",
    "Delivered in recycled cardboard, without plastic.",
    "Guaranteed for five years.",
    "Looks better with every year of use.",
    "Matches the rest of the {collection} collection.",
    "Easy to clean and easy to store.",
)

FIRST_NAMES = listed(
    "Ada, Alva, Arlo, Bela, Bruna, Cato, Celia, Dario, Dilan, Edda, Elio, Enna, Fabio, Fenja, "
    "Gala, Gero, Hanno, Hedda, Ilja, Imke, Jaro, Jonna, Kaja, Kilian, Lavi, Levka, Malu, Mirko, "
    "Nael, Nelia, Odin, Orla, Pina, Quin, Rafa, Runa, Sami, Selma, Tamo, Thea, Ulla, Umo, Vanja, "
    "Vito, Wanda, Wim, Xenia, Yara, Yuri, Zoe"
)
LAST_NAMES = listed(
    "Abendrot, Almqvar, Arnebek, Bellori, Birkholt, Brandavik, Calvaro, Castelin, Dornfeldt, "
    "Duvalle, Eikmoor, Elvestad, Falkomir, Ferrantis, Gansheim, Grovall, Halvorin, Hazelby, "
    "Ibanovar, Ilmensee, Jarovic, Jorinde, Kastelan, Kronhagen, Lindaros, Lorvane, Marbeck, "
    "Mondarel, Nachtweyh, Norrholt, Oakhurst, Olvarez, Pellworm, Pinarello, Quarnero, Querfurt, "
    "Ravendal, Rosenlund, Salverin, Steinbrok, Tannahill, Torvalla, Ulmenau, Umbricht, Valdero, "
    "Varnholt, Weidenau, Winterborn, Yarrowby, Zirbenau"
)


def product_name(collection: str, material: str, noun: Noun, series: int) -> str:
    """Unique for each combination; ``series`` counts from 1."""
    name = f"{collection} {material} {noun.name}"
    return name if series == 1 else f"{name} Series {series}"


def search_words() -> tuple[str, ...]:
    """Single words that customers search for, each of them in some product; alphabetical."""
    return tuple(sorted({word for category in ASSORTMENT for word in _words(category)}))


def _words(category: Category) -> list[str]:
    return tokens(" ".join([*category.materials, *(noun.name for noun in category.nouns)]))
