-- safe
-- Cameras that are things of their own.
CREATE TABLE "cameras" (
	"name" text PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"config" json NOT NULL,
	"tags" json DEFAULT '[]'::json NOT NULL,
	"masks" json DEFAULT '[]'::json NOT NULL,
	"trial" json,
	"picture" "bytea",
	"picture_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cameras_id_unique" UNIQUE("id")
);
