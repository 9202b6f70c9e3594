-- safe
-- Which worker has a stream open, until when: a redeploy waits for the session of another worker to close.
ALTER TABLE "streams" ADD COLUMN "holder" text;--> statement-breakpoint
ALTER TABLE "streams" ADD COLUMN "held_until" timestamp (3) with time zone;