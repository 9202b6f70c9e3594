-- safe
-- Rehearsals: what a flow would have done on clips.
CREATE TABLE "rehearsal_clips" (
	"rehearsal_id" text NOT NULL,
	"position" integer NOT NULL,
	"clip" text NOT NULL,
	"progress" double precision NOT NULL,
	"figures" json,
	"timeline" json,
	"recording" json,
	CONSTRAINT "rehearsal_clips_rehearsal_id_position_pk" PRIMARY KEY("rehearsal_id","position")
);
--> statement-breakpoint
CREATE TABLE "rehearsals" (
	"id" text PRIMARY KEY NOT NULL,
	"flow_id" text NOT NULL,
	"revision" integer NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"basis" json NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "rehearsal_clips" ADD CONSTRAINT "rehearsal_clips_rehearsal_id_rehearsals_id_fk" FOREIGN KEY ("rehearsal_id") REFERENCES "public"."rehearsals"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rehearsals" ADD CONSTRAINT "rehearsals_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rehearsals_flow" ON "rehearsals" USING btree ("flow_id","created_at");--> statement-breakpoint
CREATE INDEX "rehearsals_running" ON "rehearsals" USING btree ("id") WHERE "rehearsals"."state" = 'running';