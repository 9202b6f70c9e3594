-- safe
-- What channels gave for what they told, to correct it in place, and what a second look said of an alert.
CREATE TABLE "receipts" (
	"action_id" text PRIMARY KEY NOT NULL,
	"flow_id" text NOT NULL,
	"node" text NOT NULL,
	"about" text NOT NULL,
	"receipt" json NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "second_look" json;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_action_id_actions_id_fk" FOREIGN KEY ("action_id") REFERENCES "public"."actions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "receipts_about" ON "receipts" USING btree ("about");
