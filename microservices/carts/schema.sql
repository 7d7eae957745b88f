-- Each addition gets a higher one than all of the same customer before.
CREATE SEQUENCE versions;

-- One row per addition to a cart. So what is added to a product during a checkout stays when what was
-- bought is taken out, however often that is repeated.
CREATE TABLE cart_items (
    customer_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    version BIGINT NOT NULL DEFAULT nextval('versions'),
    PRIMARY KEY (customer_id, product_id, version)
);
