// A multipart/form-data body, for channels that take a picture as a file. The platform writes it; the http door sends it.

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

/** Joins the parts, in their order. */
export async function multipart(parts: readonly FormPart[]): Promise<MultipartBody> {
  const form = new FormData()
  for (const { name, value, filename, contentType } of parts) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, new Blob([value as BlobPart], contentType ? { type: contentType } : {}), filename)
  }
  const written = new Response(form)
  return {
    contentType: written.headers.get('content-type') ?? '',
    body: new Uint8Array(await written.arrayBuffer()),
  }
}
