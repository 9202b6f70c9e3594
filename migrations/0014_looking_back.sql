-- safe
-- Decisions added up by the minute (what is there is added up once, here), and the pictures around what happened.
CREATE TABLE "decision_minutes" (
	"flow_id" text NOT NULL,
	"stream_id" text NOT NULL,
	"minute" timestamp (3) with time zone NOT NULL,
	"node" text NOT NULL,
	"action" text NOT NULL,
	"reason" text NOT NULL,
	"times" integer NOT NULL,
	"seconds" double precision NOT NULL,
	CONSTRAINT "decision_minutes_stream_id_minute_node_action_reason_pk" PRIMARY KEY("stream_id","minute","node","action","reason")
);
--> statement-breakpoint
CREATE TABLE "film" (
	"stream_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"flow_id" text NOT NULL,
	"jpeg" "bytea" NOT NULL,
	CONSTRAINT "film_stream_id_at_pk" PRIMARY KEY("stream_id","at")
);
--> statement-breakpoint
ALTER TABLE "film" ADD CONSTRAINT "film_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "decision_minutes_flow" ON "decision_minutes" USING btree ("flow_id","minute");--> statement-breakpoint
CREATE INDEX "decision_minutes_minute" ON "decision_minutes" USING btree ("minute");--> statement-breakpoint
CREATE INDEX "film_flow" ON "film" USING btree ("flow_id");--> statement-breakpoint
CREATE INDEX "film_at" ON "film" USING btree ("at");--> statement-breakpoint
CREATE INDEX "events_pictures" ON "events" USING btree ("stream_id","at") WHERE has_frame;--> statement-breakpoint
-- As the product does it from now on: a row that stands for many seconds is shared out among the minutes it covers.
INSERT INTO "decision_minutes" ("flow_id", "stream_id", "minute", "node", "action", "reason", "times", "seconds")
SELECT one.flow_id, one.stream_id, to_timestamp(bucket * 60), one.node, one.action, one.reason,
	count(*) FILTER (WHERE bucket = last_bucket)::int, sum(share)
FROM "decisions" AS one
CROSS JOIN LATERAL (SELECT extract(epoch FROM one.at)::float8 AS till, least(coalesce(one.seconds, 1), 691200)::float8 AS lasts) AS row
CROSS JOIN LATERAL (SELECT CASE WHEN lasts > 1 THEN ceil(till / 60)::int8 - 1 ELSE floor(till / 60)::int8 END AS last_bucket) AS ending
CROSS JOIN LATERAL generate_series(CASE WHEN lasts > 1 THEN floor((till - lasts) / 60)::int8 ELSE last_bucket END, last_bucket) AS bucket
CROSS JOIN LATERAL (SELECT CASE WHEN lasts > 1 THEN greatest(0, least(till, (bucket + 1) * 60) - greatest(till - lasts, bucket * 60)) ELSE lasts END AS share) AS part
GROUP BY 1, 2, 3, 4, 5, 6;
