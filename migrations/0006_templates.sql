-- safe
-- Templates that somebody saved here.
CREATE TABLE "templates" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"template" json NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL
);
