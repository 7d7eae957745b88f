"""What the sample shop sells: invented goods, their usual price and what they are bought for."""

from store.sample.words import Category, Noun, listed

ASSORTMENT = (
    Category(
        "Furniture",
        listed("Oak, Walnut, Ash, Pine, Birch, Beech, Bamboo, Maple, Cherry, Elm"),
        listed("rounded edges, hidden screws, adjustable feet, an oiled surface, solid joints"),
        (
            Noun("Standing Desk", "home office", 420),
            Noun("Desk Chair", "home office", 260),
            Noun("Bookshelf", "reading corner", 180),
            Noun("Armchair", "reading corner", 390),
            Noun("Dining Table", "dinner party", 620),
            Noun("Dining Chair", "dinner party", 140),
            Noun("Garden Bench", "garden day", 230),
            Noun("Changing Table", "nursery", 210),
            Noun("Media Console", "movie night", 340),
            Noun("Workbench", "craft workshop", 310),
        ),
    ),
    Category(
        "Kitchen",
        listed(
            "Stoneware, Enamel, Steel, Copper, Glass, Bamboo, Porcelain, Ceramic, Acacia, Aluminium"
        ),
        listed(
            "a heavy base, a handle that stays cool, a tight lid, measuring marks, a drip-free rim"
        ),
        (
            Noun("Mixing Bowl", "baking day", 24),
            Noun("Rolling Pin", "baking day", 18),
            Noun("Cake Tin", "baking day", 22),
            Noun("Flour Jar", "baking day", 19),
            Noun("Serving Platter", "dinner party", 38),
            Noun("Carafe", "dinner party", 32),
            Noun("Travel Mug", "rainy commute", 26),
            Noun("Lunch Box", "hiking trip", 21),
            Noun("Coffee Press", "camping weekend", 34),
            Noun("Popcorn Bowl", "movie night", 16),
        ),
    ),
    Category(
        "Outdoor",
        listed(
            "Lightweight, Waterproof, Recycled, Packable, Rugged, Ultralight, Reflective, "
            "Weatherproof, Foldable, All-Season"
        ),
        listed("taped seams, a repair patch, colour-coded buckles, a stuff sack, reflective cords"),
        (
            Noun("Tent", "camping weekend", 290),
            Noun("Sleeping Bag", "camping weekend", 160),
            Noun("Camping Stove", "camping weekend", 85),
            Noun("Headlamp", "camping weekend", 39),
            Noun("Backpack", "hiking trip", 130),
            Noun("Trekking Pole", "hiking trip", 75),
            Noun("Water Bottle", "hiking trip", 28),
            Noun("Bag Cover", "rainy commute", 24),
            Noun("Beach Shelter", "beach holiday", 70),
            Noun("Hammock", "garden day", 65),
        ),
    ),
    Category(
        "Clothing",
        listed("Merino, Cotton, Linen, Hemp, Fleece, Bamboo, Alpaca, Wool, Microfibre, Jersey"),
        listed("flat seams, a hidden pocket, reinforced cuffs, a soft lining, a loose cut"),
        (
            Noun("Hiking Sock", "hiking trip", 19),
            Noun("Hiking Shirt", "hiking trip", 59),
            Noun("Rain Poncho", "rainy commute", 69),
            Noun("Swimsuit", "beach holiday", 49),
            Noun("Sun Hat", "beach holiday", 34),
            Noun("Scarf", "winter walk", 45),
            Noun("Mitten", "winter walk", 32),
            Noun("Beanie", "winter walk", 27),
            Noun("Running Shirt", "workout", 39),
            Noun("Apron", "baking day", 29),
        ),
    ),
    Category(
        "Footwear",
        listed("Leather, Suede, Canvas, Mesh, Waxed, Nubuck, Vegan, Cork, Felt, Knitted"),
        listed("a replaceable insole, a grippy sole, a padded collar, quick laces, a wide toe box"),
        (
            Noun("Hiking Boot", "hiking trip", 165),
            Noun("Trail Shoe", "hiking trip", 120),
            Noun("Running Shoe", "workout", 110),
            Noun("Rain Boot", "rainy commute", 60),
            Noun("Sandal", "beach holiday", 55),
            Noun("Slipper", "reading corner", 38),
            Noun("Winter Boot", "winter walk", 150),
            Noun("Cycling Shoe", "city ride", 125),
            Noun("Toddler Shoe", "nursery", 42),
            Noun("Garden Clog", "garden day", 36),
        ),
    ),
    Category(
        "Electronics",
        listed(
            "Wireless, Bluetooth, Slim, Rechargeable, Smart, Graphite, Quiet, Modular, Portable, "
            "Solar"
        ),
        listed(
            "a long battery life, a braided cable, a status light, a mute button, updates for years"
        ),
        (
            Noun("Headset", "home office", 130),
            Noun("Keyboard", "home office", 95),
            Noun("Monitor", "home office", 380),
            Noun("Webcam", "home office", 75),
            Noun("Soundbar", "movie night", 260),
            Noun("Projector", "movie night", 540),
            Noun("Beach Speaker", "beach holiday", 60),
            Noun("Fitness Tracker", "workout", 120),
            Noun("Baby Monitor", "nursery", 110),
            Noun("Bike Computer", "city ride", 90),
        ),
    ),
    Category(
        "Sports",
        listed(
            "Rubber, Textured, Padded, Studio, Training, Beginner, Competition, Grippy, "
            "Washable, Adjustable"
        ),
        listed(
            "a carrying strap, a non-slip surface, printed exercises, a storage hook, markings "
            "for both hands"
        ),
        (
            Noun("Yoga Mat", "workout", 45),
            Noun("Dumbbell", "workout", 38),
            Noun("Resistance Band", "workout", 17),
            Noun("Kettlebell", "workout", 52),
            Noun("Foam Roller", "workout", 30),
            Noun("Bike Helmet", "city ride", 85),
            Noun("Bike Lock", "city ride", 48),
            Noun("Beach Ball", "beach holiday", 14),
            Noun("Snowshoe", "winter walk", 140),
            Noun("Sled", "winter walk", 75),
        ),
    ),
    Category(
        "Garden",
        listed(
            "Terracotta, Galvanised, Teak, Zinc, Willow, Cedar, Brass, Slate, Forged, Frost-Proof"
        ),
        listed("a drainage hole, a hanging loop, rust protection, a seed packet, a long handle"),
        (
            Noun("Trowel", "garden day", 16),
            Noun("Pruning Knife", "garden day", 24),
            Noun("Watering Can", "garden day", 36),
            Noun("Planter", "garden day", 44),
            Noun("Bird Feeder", "garden day", 28),
            Noun("Herb Pot", "baking day", 15),
            Noun("Lantern", "dinner party", 33),
            Noun("Plant Stand", "reading corner", 58),
            Noun("Fire Bowl", "camping weekend", 95),
            Noun("Snow Shovel", "winter walk", 39),
        ),
    ),
    Category(
        "Nursery",
        listed(
            "Organic, Beechwood, Felted, Crocheted, Pastel, Painted, Natural, Quilted, Velvet, "
            "Woven"
        ),
        listed("rounded corners, washable covers, non-toxic colours, a name tag, a gift box"),
        (
            Noun("Crib Mobile", "nursery", 34),
            Noun("Block Set", "nursery", 29),
            Noun("Ring Stacker", "nursery", 19),
            Noun("Plush Bear", "nursery", 24),
            Noun("Night Light", "nursery", 27),
            Noun("Play Mat", "nursery", 65),
            Noun("Sand Toy", "beach holiday", 12),
            Noun("Child Carrier", "hiking trip", 190),
            Noun("Bike Trailer", "city ride", 430),
            Noun("Baking Set", "baking day", 26),
        ),
    ),
    Category(
        "Books",
        listed(
            "Illustrated, Hardcover, Pocket, Annotated, Clothbound, Paperback, Revised, "
            "Abridged, Complete, Bilingual"
        ),
        listed(
            "a ribbon marker, fold-out maps, thick paper, an index worth the name, photographs "
            "on every spread"
        ),
        (
            Noun("Cookbook", "baking day", 32),
            Noun("Trail Guide", "hiking trip", 22),
            Noun("Novel", "reading corner", 18),
            Noun("Short Story Collection", "reading corner", 20),
            Noun("Gardening Handbook", "garden day", 27),
            Noun("Storybook", "nursery", 16),
            Noun("Woodworking Manual", "craft workshop", 35),
            Noun("Travel Guide", "beach holiday", 19),
            Noun("Cycling Atlas", "city ride", 24),
            Noun("Planner", "home office", 17),
        ),
    ),
    Category(
        "Home",
        listed("Brushed, Matt, Handmade, Rattan, Marbled, Opal, Smoked, Ribbed, Jute, Lacquered"),
        listed("a warm tone, a fabric cable, a weighted foot, hand-sewn edges, a removable cover"),
        (
            Noun("Desk Lamp", "home office", 68),
            Noun("Reading Lamp", "reading corner", 74),
            Noun("Footstool", "reading corner", 88),
            Noun("Candle Holder", "dinner party", 22),
            Noun("Table Runner", "dinner party", 29),
            Noun("Napkin Set", "dinner party", 18),
            Noun("Throw Blanket", "movie night", 52),
            Noun("Floor Cushion", "movie night", 46),
            Noun("Doormat", "rainy commute", 31),
            Noun("Umbrella Stand", "rainy commute", 56),
        ),
    ),
    Category(
        "Tools",
        listed(
            "Hardened, Japanese, Insulated, Magnetic, Precision, Compact, Cordless, Ergonomic, "
            "Chromed, Hickory"
        ),
        listed(
            "a belt clip, a storage case, engraved scales, a soft grip, spare parts for ten years"
        ),
        (
            Noun("Hand Plane", "craft workshop", 85),
            Noun("Chisel Set", "craft workshop", 64),
            Noun("Drill", "craft workshop", 145),
            Noun("Screwdriver Set", "craft workshop", 42),
            Noun("Tape Measure", "craft workshop", 15),
            Noun("Clamp", "craft workshop", 23),
            Noun("Sander", "craft workshop", 98),
            Noun("Tyre Pump", "city ride", 37),
            Noun("Camping Axe", "camping weekend", 72),
            Noun("Projector Mount", "movie night", 58),
        ),
    ),
)
