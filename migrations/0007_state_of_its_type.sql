-- safe
-- What a node remembers says of which type and version it is: another node under the same id must not get it.
ALTER TABLE "node_states" ADD COLUMN "of" text;
