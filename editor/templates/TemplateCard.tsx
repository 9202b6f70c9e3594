// One template in a list: the shape of its flow, what it is for, and whether it runs here now.
import { useComputedColorScheme } from '@mantine/core'
import { IconCircleCheck, IconPlugConnectedX } from '@tabler/icons-react'
import { follow } from '../panels/Rail.tsx'
import { useWords } from './gallery-words.ts'
import type { TemplateView } from './template-views.ts'

/** The words that are no model's: what is here, and what is missing. */
export function RunsMark({ template }: { template: TemplateView }) {
  const { words } = useWords()
  return template.runsHere ? (
    <span className="runs-mark" data-runs>
      <IconCircleCheck size={16} stroke={2} aria-hidden />
      {words.runsHere}
    </span>
  ) : (
    <span className="runs-mark" title={template.lacks.join('\n')}>
      <IconPlugConnectedX size={16} stroke={2} aria-hidden />
      {words.lacks}
    </span>
  )
}

export function TemplateCard({ template }: { template: TemplateView }) {
  const { words } = useWords()
  const theme = useComputedColorScheme('light')
  const { id, title, purpose, preview, origin } = template
  return (
    <a
      className="template-card surface"
      href={`/templates/${encodeURIComponent(id)}`}
      onClick={follow}
      data-testid={`template-${id}`}
    >
      <span className="template-shape">
        <img src={`${preview.url}&size=small&theme=${theme}`} alt="" loading="lazy" decoding="async" />
      </span>
      <span className="template-words">
        <strong>{title}</strong>
        <span className="small quiet three-lines">{purpose}</span>
        <span className="template-foot small">
          <RunsMark template={template} />
          {origin !== 'built-in' && (
            <span className="template-origin">{origin === 'own' ? words.yours : words.organisation}</span>
          )}
        </span>
        {!template.runsHere && <span className="small quiet two-lines">{template.lacks[0]}</span>}
      </span>
    </a>
  )
}
