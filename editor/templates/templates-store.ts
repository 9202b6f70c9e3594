// The templates as the server last said: read anew whenever a page shows them, tried again by itself while it does not answer.
import { useEffect } from 'react'
import { create } from 'zustand'
import { api } from '../api.ts'
import type { Language } from '../words/say.ts'
import type { TemplateView } from './template-views.ts'

interface Offered {
  language: Language | null
  templates: readonly TemplateView[] | null
  /** What could not be read of an organisation's, in sentences. */
  notes: readonly string[]
  failure: string | null
}

export const useOffered = create<Offered>()(() => ({ language: null, templates: null, notes: [], failure: null }))

const retryMs = 5000

/** Reads the list; what was read before in the same language stays on screen meanwhile. */
export async function readTemplates(language: Language): Promise<void> {
  try {
    const { templates, notes } = await api.templates(language)
    useOffered.setState({ language, templates, notes, failure: null })
  } catch (error) {
    useOffered.setState({ failure: error instanceof Error ? error.message : String(error) })
  }
}

/** The list in this language; `templates` is null until it is known. */
export function useTemplates(language: Language): Offered {
  const offered = useOffered()
  useEffect(() => void readTemplates(language), [language])
  const isFailing = offered.failure !== null
  useEffect(() => {
    if (!isFailing) return
    const timer = setInterval(() => void readTemplates(language), retryMs)
    return () => clearInterval(timer)
  }, [isFailing, language])
  return offered.language === language ? offered : { ...offered, templates: null }
}
