-- safe
-- Why an action ended: an error by its code, so that nobody reads it off a sentence.
ALTER TABLE "actions" ADD COLUMN "code" text;
