// Turns ffmpeg's time stamps into seconds since the source was opened. Pure: the wall clock is handed in.

/** A live camera's clock may fall behind ours by this much, by drift or a jump, before ours is believed again. */
const maxLagS = 2

/** When a source gave its first picture. Several decoders of one camera share it. */
export interface Origin {
  ms: number | undefined
}

/** One per run of a decoder; pictures of all its outputs share it. */
export interface Timeline {
  mediaTimeS(stampS: number, nowMs: number): number
}

/** A clip's stamps are its clock. They count from where it was entered. */
export function clipTimeline(startAtS: number): Timeline {
  return { mediaTimeS: (stampS) => round(startAtS + Math.max(0, stampS)) }
}

/**
 * A live camera's stamps give the distance between its pictures, our clock says where they belong: never in the future
 * (what came with the least delay is closest to the truth), never far in the past. Jumps of its clock are evened out so.
 */
export function liveTimeline(origin: Origin): Timeline {
  let offsetS: number | undefined
  return {
    mediaTimeS: (stampS, nowMs) => {
      origin.ms ??= nowMs
      const wallS = (nowMs - origin.ms) / 1000
      if (offsetS === undefined || stampS + offsetS > wallS || stampS + offsetS < wallS - maxLagS)
        offsetS = wallS - stampS
      return round(stampS + offsetS)
    },
  }
}

/** Stamps come in microseconds; more digits are noise of the division. */
function round(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}
