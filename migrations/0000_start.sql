-- safe
-- The first tables. By hand, beyond what drizzle-kit writes: decisions are partitioned by day, and the storage settings at the end.
CREATE TABLE "actions" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"event_id" text NOT NULL,
	"flow_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"stream_id" text NOT NULL,
	"run" integer NOT NULL,
	"node" text NOT NULL,
	"port" text NOT NULL,
	"message" json NOT NULL,
	"state" text NOT NULL,
	"attempts" integer NOT NULL,
	"detail" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"name" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"config" json NOT NULL,
	"secret" json NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"flow_id" text NOT NULL,
	"stream_id" text NOT NULL,
	"run" integer NOT NULL,
	"tick" integer NOT NULL,
	"node" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"media_time_s" double precision NOT NULL,
	"action" text NOT NULL,
	"reason" text NOT NULL,
	"text" text NOT NULL,
	"question" text,
	"latency_ms" double precision NOT NULL,
	"frame_kind" text NOT NULL,
	"visual_tokens" integer NOT NULL,
	"full_rate_tokens" integer NOT NULL,
	CONSTRAINT "decisions_stream_id_run_tick_node_at_pk" PRIMARY KEY("stream_id","run","tick","node","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "deployments" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"flow_id" text NOT NULL,
	"revision" integer NOT NULL,
	"plan" json NOT NULL,
	"deployed_at" timestamp (3) with time zone NOT NULL,
	"stopped_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"flow_id" text NOT NULL,
	"revision" integer NOT NULL,
	"stream_id" text NOT NULL,
	"node" text NOT NULL,
	"tick" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"media_time_s" double precision NOT NULL,
	"text" text NOT NULL,
	"fields" json NOT NULL,
	"has_frame" boolean NOT NULL,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" text,
	"search" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', left(text, 20000)) || to_tsvector('english', left(text, 20000))) STORED
);
--> statement-breakpoint
CREATE TABLE "flow_revisions" (
	"flow_id" text NOT NULL,
	"revision" integer NOT NULL,
	"document" json NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "flow_revisions_flow_id_revision_pk" PRIMARY KEY("flow_id","revision")
);
--> statement-breakpoint
CREATE TABLE "flows" (
	"id" text PRIMARY KEY NOT NULL,
	"revision" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "frames" (
	"event_id" text PRIMARY KEY NOT NULL,
	"jpeg" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "inputs" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"stream_id" text NOT NULL,
	"node" text NOT NULL,
	"port" text NOT NULL,
	"message" json NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"consumed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "node_states" (
	"stream_id" text NOT NULL,
	"node" text NOT NULL,
	"run" integer NOT NULL,
	"tick" integer NOT NULL,
	"state" json NOT NULL,
	CONSTRAINT "node_states_stream_id_node_pk" PRIMARY KEY("stream_id","node")
);
--> statement-breakpoint
CREATE TABLE "owners" (
	"id" integer PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "owners_only_one" CHECK ("owners"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "streams" (
	"id" text PRIMARY KEY NOT NULL,
	"flow_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"source" text NOT NULL,
	"run" integer NOT NULL,
	"generation" integer NOT NULL,
	"wanted" boolean NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"status" json,
	"tick" integer NOT NULL,
	"media_time_s" double precision NOT NULL,
	"seen_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "url_credentials" (
	"scope" text NOT NULL,
	"node" text NOT NULL,
	"field" text NOT NULL,
	"host" text NOT NULL,
	"sealed" text NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "url_credentials_scope_node_field_host_pk" PRIMARY KEY("scope","node","field","host")
);
--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_revisions" ADD CONSTRAINT "flow_revisions_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "frames" ADD CONSTRAINT "frames_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inputs" ADD CONSTRAINT "inputs_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_states" ADD CONSTRAINT "node_states_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "streams" ADD CONSTRAINT "streams_flow_id_flows_id_fk" FOREIGN KEY ("flow_id") REFERENCES "public"."flows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "streams" ADD CONSTRAINT "streams_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "actions_open" ON "actions" USING btree ("seq") WHERE state not in ('delivered', 'failed');--> statement-breakpoint
CREATE INDEX "actions_event" ON "actions" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "actions_flow" ON "actions" USING btree ("flow_id");--> statement-breakpoint
CREATE INDEX "actions_deployment" ON "actions" USING btree ("deployment_id");--> statement-breakpoint
CREATE INDEX "actions_updated" ON "actions" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "decisions_flow_at" ON "decisions" USING btree ("flow_id","at");--> statement-breakpoint
CREATE INDEX "deployments_flow" ON "deployments" USING btree ("flow_id","seq");--> statement-breakpoint
CREATE INDEX "events_at" ON "events" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "events_flow_at" ON "events" USING btree ("flow_id","at","id");--> statement-breakpoint
CREATE INDEX "events_kind_at" ON "events" USING btree ("kind","at","id");--> statement-breakpoint
CREATE INDEX "events_search" ON "events" USING gin ("search");--> statement-breakpoint
CREATE INDEX "inputs_waiting" ON "inputs" USING btree ("stream_id","seq") WHERE consumed_at is null;--> statement-breakpoint
CREATE INDEX "inputs_created" ON "inputs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "sessions_expires" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "streams_flow" ON "streams" USING btree ("flow_id");--> statement-breakpoint
CREATE INDEX "streams_deployment" ON "streams" USING btree ("deployment_id");--> statement-breakpoint
-- Decisions of a day without a partition of its own (a clock far off) land here instead of being refused.
CREATE TABLE "decisions_default" PARTITION OF "decisions" DEFAULT;--> statement-breakpoint
-- JPEG does not compress again.
ALTER TABLE "frames" ALTER COLUMN "jpeg" SET STORAGE EXTERNAL;--> statement-breakpoint
-- Rows rewritten every second: room on the page keeps the update off the indexes.
ALTER TABLE "streams" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);--> statement-breakpoint
ALTER TABLE "node_states" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);
