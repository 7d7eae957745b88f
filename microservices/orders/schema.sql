-- One row per customer and idempotency key, for which the order id stands. It is both: the saga of
-- the latest attempt to check out, and the memory of what the key was answered.
CREATE TABLE sagas (
    order_id UUID PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'undoing', 'failed', 'confirmed', 'completed')),
    fingerprint TEXT NOT NULL,
    cart_version BIGINT NOT NULL DEFAULT 0,  -- what was bought, once it is confirmed
    refusal JSONB,  -- a Problem that repeats get too
    instance TEXT NOT NULL,
    next_at TIMESTAMPTZ NOT NULL  -- not before then may the recovery take it up
);
CREATE INDEX sagas_unfinished ON sagas (next_at)
    WHERE status IN ('running', 'undoing', 'confirmed');
-- One checkout at a time buys of a customer's cart, whatever its key: the claim of the key claims it.
CREATE UNIQUE INDEX sagas_buying ON sagas (customer_id) WHERE status = 'running';

-- What of each customer's cart is bought: nobody buys it again, even if carts has yet to empty it.
CREATE TABLE baskets (
    customer_id INTEGER PRIMARY KEY,
    bought_up_to BIGINT NOT NULL  -- version of the cart
);

-- Confirmed orders only.
CREATE TABLE orders (
    order_id UUID PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    subtotal_cents BIGINT NOT NULL,
    discount_cents BIGINT NOT NULL,
    total_cents BIGINT NOT NULL CHECK (total_cents = subtotal_cents - discount_cents),
    coupon TEXT
);
CREATE INDEX orders_by_customer ON orders (customer_id, created_at DESC, order_id);

CREATE TABLE order_lines (
    order_id UUID NOT NULL REFERENCES orders,
    product_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price_cents BIGINT NOT NULL,
    line_total_cents BIGINT NOT NULL,
    PRIMARY KEY (order_id, product_id)
);

-- Events that notifications has not accepted yet.
CREATE TABLE outbox (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id UUID NOT NULL UNIQUE,
    order_id UUID NOT NULL,
    customer_id INTEGER NOT NULL,
    total_cents BIGINT NOT NULL
);
