-- safe
-- Which events a person must see, which belong together, what was made of them, and the way each message took.
ALTER TABLE "events" ADD COLUMN "alert" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "incident" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "over_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "verdict" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "verdict_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "verdict_by" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "trace" json DEFAULT '[]'::json NOT NULL;--> statement-breakpoint
-- What waits already goes on waiting: trouble, and what was sent to somebody (not merely said aloud or asked of an agent).
UPDATE "events" SET "alert" = true, "incident" = "id" WHERE "kind" IN ('stream.lost', 'stream.failed', 'model.lost', 'node.stuck', 'notification.failed', 'notification.unacknowledged', 'delegation.failed', 'decisions.lost');--> statement-breakpoint
UPDATE "events" e SET "alert" = true, "incident" = "id" WHERE NOT "alert" AND "kind" NOT IN ('notification.delivered', 'speech.played') AND EXISTS (
	SELECT 1 FROM "actions" a LEFT JOIN "deployments" d ON d."id" = a."deployment_id" WHERE a."event_id" = e."id" AND (
		e."fields" ->> 'skills' LIKE '%"fall"%' OR NOT EXISTS (
			SELECT 1 FROM json_array_elements(d."plan" -> 'streams') s, json_array_elements(s -> 'actions') n
			WHERE n ->> 'id' = a."node" AND n ->> 'type' IN ('tts', 'delegate-to-agent', 'recap'))));--> statement-breakpoint
CREATE INDEX "events_alerts" ON "events" USING btree ("at","id") WHERE alert;--> statement-breakpoint
CREATE INDEX "events_flow_alerts" ON "events" USING btree ("flow_id","at","id") WHERE alert;--> statement-breakpoint
CREATE INDEX "events_unseen" ON "events" USING btree ("at","id") WHERE alert and acknowledged_at is null;--> statement-breakpoint
CREATE INDEX "events_open" ON "events" USING btree ("stream_id","node","at") WHERE alert and acknowledged_at is null;--> statement-breakpoint
CREATE INDEX "events_incidents" ON "events" USING btree ("at","id") WHERE incident = id;--> statement-breakpoint
CREATE INDEX "events_incident" ON "events" USING btree ("incident") WHERE incident is not null;--> statement-breakpoint
CREATE INDEX "events_verdict" ON "events" USING btree ("flow_id","at") WHERE verdict is not null;
