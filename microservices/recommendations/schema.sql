CREATE TABLE products (
    product_id INTEGER PRIMARY KEY
);
CREATE TABLE ratings (
    customer_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products,
    stars SMALLINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    PRIMARY KEY (customer_id, product_id)
);
