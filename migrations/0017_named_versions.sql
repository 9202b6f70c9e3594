-- safe
ALTER TABLE "flow_revisions" ADD COLUMN "title" text;--> statement-breakpoint
ALTER TABLE "flow_revisions" ADD COLUMN "saved_by" json;