-- safe
-- Whom the nodes of a deployment cannot reach.
CREATE TABLE "receiver_troubles" (
	"deployment_id" text NOT NULL,
	"node" text NOT NULL,
	"receiver" text NOT NULL,
	"state" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"text" text NOT NULL,
	CONSTRAINT "receiver_troubles_deployment_id_node_pk" PRIMARY KEY("deployment_id","node")
);
--> statement-breakpoint
ALTER TABLE "receiver_troubles" ADD CONSTRAINT "receiver_troubles_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;