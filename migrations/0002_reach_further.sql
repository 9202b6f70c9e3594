-- safe
-- Hosts of an import that wait for a yes; a sound per node that speaks, also while it is being spoken; turns to speak for all workers.
CREATE TABLE "sound_chunks" (
	"event_id" text NOT NULL,
	"node" text NOT NULL,
	"position" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "sound_chunks_event_id_node_position_pk" PRIMARY KEY("event_id","node","position")
);
--> statement-breakpoint
CREATE TABLE "voice_turns" (
	"queue" text PRIMARY KEY NOT NULL,
	"holder" text,
	"held_until" timestamp (3) with time zone NOT NULL,
	"free_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "flows" ADD COLUMN "unapproved_hosts" json DEFAULT '[]'::json NOT NULL;--> statement-breakpoint
ALTER TABLE "sounds" ADD COLUMN "node" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sounds" ADD COLUMN "is_finished" boolean DEFAULT true NOT NULL;--> statement-breakpoint
-- The key is small: a sound a warning.
ALTER TABLE "sounds" DROP CONSTRAINT "sounds_pkey";--> statement-breakpoint
ALTER TABLE "sounds" ADD CONSTRAINT "sounds_event_id_node_pk" PRIMARY KEY("event_id","node");--> statement-breakpoint
ALTER TABLE "sound_chunks" ADD CONSTRAINT "sound_chunks_event_id_node_sounds_event_id_node_fk" FOREIGN KEY ("event_id","node") REFERENCES "public"."sounds"("event_id","node") ON DELETE cascade ON UPDATE no action;
