-- safe
-- How many seconds a decision stands for, and whether it came after the wait.
ALTER TABLE "decisions" ADD COLUMN "seconds" integer;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "late" boolean DEFAULT false NOT NULL;