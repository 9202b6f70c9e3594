// Decisions by the minute: added up in the statement that writes them, so that a row counts once or not at all. A row that stands for many
// seconds is shared out among the minutes it covers.
import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'

/** Nothing stands for longer than decisions are kept; what claims to is cut. */
const mostSeconds = 8 * 86_400

/**
 * Shares rows out among stretches of `stepS`: `source` has `at` and `seconds`, and comes back once a stretch with `bucket` (since 1970,
 * counted in steps) and `share` in seconds. A row of one second lies in one stretch; a longer one ends at `at`.
 */
export function sharedOut(source: SQL, stepS: number): SQL {
  const step = sql.raw(String(stepS))
  return sql`${source} as one
    cross join lateral (select extract(epoch from one.at)::float8 as till,
      least(coalesce(one.seconds, 1), ${sql.raw(String(mostSeconds))})::float8 as lasts) as row
    cross join lateral (select case when lasts > 1 then ceil(till / ${step})::int8 - 1 else floor(till / ${step})::int8 end as last_bucket) as ending
    cross join lateral generate_series(
      case when lasts > 1 then floor((till - lasts) / ${step})::int8 else last_bucket end, last_bucket) as bucket
    cross join lateral (select case when lasts > 1
      then greatest(0, least(till, (bucket + 1) * ${step}) - greatest(till - lasts, bucket * ${step})) else lasts end as share) as part`
}

/** Goes on behind `with added as (insert … returning *)`: what was new is counted, what was there already is not. */
export function countMinutes(): SQL {
  // In the order of the key, so that two writers never wait for each other in a ring.
  return sql`insert into decision_minutes (flow_id, stream_id, minute, node, action, reason, times, seconds)
    select one.flow_id, one.stream_id, to_timestamp(bucket * 60), one.node, one.action, one.reason,
      count(*) filter (where bucket = last_bucket)::int, sum(share)
    from ${sharedOut(sql`added`, 60)}
    group by 1, 2, 3, 4, 5, 6
    order by 2, 3, 4, 5, 6
    on conflict (stream_id, minute, node, action, reason) do update
      set times = decision_minutes.times + excluded.times, seconds = decision_minutes.seconds + excluded.seconds`
}
