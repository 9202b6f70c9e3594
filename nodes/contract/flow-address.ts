// How the address of a shared flow is written and found in a text; what it holds is unpacked elsewhere. Pure.

/** The page that shows a link's flow. */
const linkPath = '/s/'

/** What of a text is a shared flow: the part behind the hash of a link in it; undefined when it holds none. */
export function payloadIn(text: string): string | undefined {
  return /\/s\/?#([A-Za-z0-9_-]{2,})/.exec(text)?.[1]
}

/** The link that opens on that server. */
export function linkTo(origin: string, payload: string): string {
  return `${origin.replace(/\/+$/, '')}${linkPath}#${payload}`
}
