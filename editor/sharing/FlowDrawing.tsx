// A flow as a picture on a page, in the page's own colours.
import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { drawFlow } from '../../nodes/contract/draw-flow.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { DescribedTypes } from '../../nodes/contract/shared-flow.ts'
import { say } from '../words/say.ts'

/** Down to here words are read without leaning in. */
const readable = 0.55

/** All of it at first: who looks before taking must see every card. One that is too small to read so has a button, and scrolls then. */
export function FlowDrawing({ flow, types }: { flow: Flow; types: DescribedTypes }) {
  const { svg, width } = useMemo(() => drawFlow(flow, types, { theme: 'page' }), [flow, types])
  const { ref, width: shownPx } = useElementSize()
  const [isLarge, setLarge] = useState(false)
  const readPx = Math.min(width, 40_000) * readable
  return (
    <div className="flow-drawing-frame">
      <div
        ref={ref}
        className="flow-drawing"
        tabIndex={0}
        role="region"
        aria-label={say('The drawing of {name}', { name: flow.name })}
        data-large={isLarge}
      >
        {/* drawFlow writes every word of the document as escaped text. */}
        <div style={isLarge ? { width: readPx } : {}} dangerouslySetInnerHTML={{ __html: svg }} />
      </div>
      {shownPx > 0 && shownPx < readPx && (
        <Button variant="subtle" size="compact-sm" onClick={() => setLarge(!isLarge)}>
          {isLarge ? say('Show all of it') : say('Show it larger')}
        </Button>
      )}
    </div>
  )
}
