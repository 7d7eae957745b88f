import re
from collections import Counter

from store.sample.assortment import ASSORTMENT
from store.sample.vocabulary import CATEGORIES, COLLECTIONS, search_words


def test_every_kind_of_product_is_listed_once() -> None:
    nouns = Counter(noun.name for category in ASSORTMENT for noun in category.nouns)
    assert nouns.total() == len(nouns) == 120


def test_no_list_of_words_repeats_itself() -> None:
    for category in ASSORTMENT:
        assert len(set(category.materials)) == len(category.materials) == 10
        assert len(set(category.features)) == len(category.features)
    assert len(set(COLLECTIONS)) == len(COLLECTIONS)


def test_no_name_says_the_same_word_twice() -> None:
    materials = {material for category in ASSORTMENT for material in category.materials}
    assert materials.isdisjoint(COLLECTIONS)


def test_every_occasion_spans_several_categories() -> None:
    categories: dict[str, set[str]] = {}
    for category in ASSORTMENT:
        for noun in category.nouns:
            categories.setdefault(noun.occasion, set()).add(category.name)
    assert min(map(len, categories.values())) >= 3


def test_no_name_has_stray_spaces() -> None:
    names = [*COLLECTIONS, *(word for category in ASSORTMENT for word in category.materials)]
    assert [name for name in names if not re.fullmatch(r"\w+(-\w+)?", name)] == []


def test_category_names_fit_the_contract() -> None:
    assert len(set(CATEGORIES)) == 12
    assert all(1 <= len(name) <= 40 for name in CATEGORIES)


def test_search_words_are_single_lower_case_words_in_order() -> None:
    found = search_words()
    assert list(found) == sorted(set(found))
    assert all(re.fullmatch(r"[a-z]+", word) for word in found)
