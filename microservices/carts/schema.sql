-- Each put gets a higher one than all puts of the same customer before.
CREATE SEQUENCE versions;

CREATE TABLE cart_items (
    customer_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    version BIGINT NOT NULL DEFAULT nextval('versions'),
    PRIMARY KEY (customer_id, product_id)
);
