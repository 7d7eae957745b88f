CREATE TABLE products (
    product_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    description TEXT NOT NULL,
    price_cents BIGINT NOT NULL CHECK (price_cents >= 0),
    popularity DOUBLE PRECISION NOT NULL
);
CREATE INDEX products_by_popularity ON products (popularity DESC, product_id);
CREATE INDEX products_of_category ON products (category, popularity DESC, product_id);
