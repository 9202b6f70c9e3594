-- safe
-- One stream's timeline by time, without reading past all others of its flow.
CREATE INDEX "decisions_stream_at" ON "decisions" USING btree ("stream_id","at");