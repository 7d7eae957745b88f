-- One row per attempt of an order. It is written before the provider is asked, so that a crash in
-- between cannot hide a charge. 'over' is given back, or never to be captured.
CREATE TABLE payments (
    order_id UUID NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'captured', 'declined', 'over')),
    amount_cents BIGINT NOT NULL,
    card TEXT NOT NULL,
    charge_id TEXT,
    PRIMARY KEY (order_id, attempt),
    CHECK (status <> 'captured' OR charge_id IS NOT NULL)
);
