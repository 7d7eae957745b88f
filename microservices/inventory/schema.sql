CREATE TABLE stock (
    product_id INTEGER PRIMARY KEY,
    initial INTEGER NOT NULL,
    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    sold INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0),
    CHECK (initial = on_hand + reserved + sold)
);

-- One row per attempt of an order: an attempt that was given back stays so for ever.
CREATE TABLE reservations (
    order_id UUID NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('held', 'sold', 'expired', 'released')),
    expires_at TIMESTAMPTZ NOT NULL,
    product_ids INTEGER[] NOT NULL,
    quantities INTEGER[] NOT NULL,
    PRIMARY KEY (order_id, attempt)
);
CREATE INDEX reservations_held ON reservations (expires_at) WHERE status = 'held';
