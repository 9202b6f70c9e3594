// A multipart/form-data body, for channels that take a picture as a file. Names are ours; values may hold anything.

export interface FormPart {
  name: string
  value: string | Uint8Array
  /** For files. */
  filename?: string
  contentType?: string
}

export interface MultipartBody {
  contentType: string
  body: Uint8Array
}

const encoder = new TextEncoder()

/** Joins the parts under a boundary that none of their texts holds. `seed` makes it the same on every try. */
export function multipart(parts: readonly FormPart[], seed: string): MultipartBody {
  const base = `heed-${seed.replace(/[^A-Za-z0-9]/g, '').slice(0, 40)}`
  let boundary = base
  for (let count = 0; parts.some(({ value }) => typeof value === 'string' && value.includes(boundary)); count++)
    boundary = `${base}-${count}`
  const pieces = parts.flatMap((part) => [
    encoder.encode(`--${boundary}\r\n${headOf(part)}\r\n\r\n`),
    typeof part.value === 'string' ? encoder.encode(part.value) : part.value,
    encoder.encode('\r\n'),
  ])
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: joined([...pieces, encoder.encode(`--${boundary}--\r\n`)]),
  }
}

function headOf({ name, filename, contentType }: FormPart): string {
  const disposition = `Content-Disposition: form-data; name="${quoted(name)}"${filename === undefined ? '' : `; filename="${quoted(filename)}"`}`
  return contentType === undefined ? disposition : `${disposition}\r\nContent-Type: ${contentType}`
}

/** As browsers write them. */
function quoted(text: string): string {
  return text.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
