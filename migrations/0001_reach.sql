-- safe
-- What a scenario needs to reach people: reminders and deadlines of actions, sounds, what an agent is shown, browsers to push to.
CREATE TABLE "push_subscriptions" (
	"endpoint" text PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"label" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recent_frames" (
	"event_id" text NOT NULL,
	"position" integer NOT NULL,
	"media_time_s" double precision NOT NULL,
	"jpeg" "bytea" NOT NULL,
	CONSTRAINT "recent_frames_event_id_position_pk" PRIMARY KEY("event_id","position")
);
--> statement-breakpoint
CREATE TABLE "sounds" (
	"event_id" text PRIMARY KEY NOT NULL,
	"content_type" text NOT NULL,
	"duration_s" double precision NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "phase" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recent_frames" ADD CONSTRAINT "recent_frames_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sounds" ADD CONSTRAINT "sounds_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;