// Sending a clip: how far it is, and what went wrong in words.
import { useState } from 'react'
import { uploadMedia } from '../api.ts'
import type { UploadedMedia } from '../views.ts'

export interface Upload {
  /** 0 to 1 while a file is on its way. */
  share: number | null
  failure: string | undefined
  send(file: File): Promise<UploadedMedia | null>
}

/** One upload at a time. */
export function useUpload(): Upload {
  const [share, setShare] = useState<number | null>(null)
  const [failure, setFailure] = useState<string>()
  const send = async (file: File): Promise<UploadedMedia | null> => {
    setFailure(undefined)
    setShare(0)
    try {
      return await uploadMedia(file, setShare)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      return null
    } finally {
      setShare(null)
    }
  }
  return { share, failure, send }
}
