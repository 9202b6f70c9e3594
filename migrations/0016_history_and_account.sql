-- safe
-- Tokens for scripts, who is signed in where, failed deliveries that a person has settled, and the ways a history is read: by camera, by
-- kind within a flow, by words of scripts that are written without spaces.
CREATE TABLE "api_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"begins" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "api_tokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
DROP INDEX "events_pictures";--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "settled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "browser" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "seen_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "actions_failed" ON "actions" USING btree ("updated_at","id") WHERE state = 'failed' and settled_at is null;--> statement-breakpoint
CREATE INDEX "events_stream_at" ON "events" USING btree ("stream_id","at","id");--> statement-breakpoint
CREATE INDEX "events_flow_kind_at" ON "events" USING btree ("flow_id","kind","at","id");--> statement-breakpoint
CREATE INDEX "events_unspaced" ON "events" USING gin (to_tsvector('simple', regexp_replace(left(text, 20000), '([\u0E00-\u0EFF\u1780-\u17FF\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF])', ' \1 ', 'g'))) WHERE text ~ '[\u0E00-\u0EFF\u1780-\u17FF\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]';