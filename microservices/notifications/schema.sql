CREATE TABLE notifications (
    event_id UUID PRIMARY KEY,  -- the inbox: an event is applied once
    order_id UUID NOT NULL,
    customer_id INTEGER NOT NULL,
    total_cents BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
