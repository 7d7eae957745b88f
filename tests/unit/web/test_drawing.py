from hypothesis import given
from hypothesis import strategies as st

from store.sample.assortment import ASSORTMENT
from store.web.motif import DRAWINGS, motif
from store.web.wording import price


def test_every_category_of_the_sample_shop_has_a_drawing_of_its_own() -> None:
    drawings = {(it.shape, it.hue_deg) for it in (motif(c.name, 1) for c in ASSORTMENT)}
    assert len(drawings) == len(ASSORTMENT)


@given(st.text(), st.integers(min_value=1))
def test_any_category_can_be_drawn(category: str, product_id: int) -> None:
    it = motif(category, product_id)
    assert (it.shape, it.hue_deg) in DRAWINGS.values()
    assert it == motif(category, product_id)


def test_prices_read_like_prices() -> None:
    assert [price(cents) for cents in (5, 99, 123_456)] == ["€0.05", "€0.99", "€1,234.56"]
