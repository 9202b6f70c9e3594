// A flow as a picture on a page, in the page's own colours.
import { useMemo } from 'react'
import { drawFlow } from '../../nodes/contract/draw-flow.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { DescribedTypes } from '../../nodes/contract/shared-flow.ts'
import { say } from '../words/say.ts'

/** Large flows are drawn smaller, down to where words are still read, and scroll beyond. */
export function FlowDrawing({ flow, types }: { flow: Flow; types: DescribedTypes }) {
  const { svg, width } = useMemo(() => drawFlow(flow, types, { theme: 'page' }), [flow, types])
  return (
    <div
      className="flow-drawing"
      tabIndex={0}
      role="region"
      aria-label={say('The drawing of {name}', { name: flow.name })}
    >
      {/* drawFlow writes every word of the document as escaped text. */}
      <div style={{ minWidth: Math.min(width, 40_000) * 0.55 }} dangerouslySetInnerHTML={{ __html: svg }} />
    </div>
  )
}
