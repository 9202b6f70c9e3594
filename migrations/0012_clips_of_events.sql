-- safe
-- Moving pictures that nodes made about events; gone with their event.
CREATE TABLE "event_clips" (
	"event_id" text NOT NULL,
	"node" text NOT NULL,
	"about" text NOT NULL,
	"content_type" text NOT NULL,
	"duration_s" double precision NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "event_clips_event_id_node_pk" PRIMARY KEY("event_id","node")
);
--> statement-breakpoint
ALTER TABLE "event_clips" ADD CONSTRAINT "event_clips_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "event_clips_about" ON "event_clips" USING btree ("about");