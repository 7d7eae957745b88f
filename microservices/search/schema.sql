CREATE TABLE documents (
    product_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    price_cents BIGINT NOT NULL CHECK (price_cents >= 0),
    text TEXT NOT NULL
);
