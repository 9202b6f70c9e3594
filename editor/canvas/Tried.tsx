// On a card that was tried alone: what came of it, until somebody takes it away.
import { CloseButton } from '@mantine/core'
import { useEffect } from 'react'
import { TriedWords } from '../panels/Samples.tsx'
import { forgetTry, useTryOf } from '../tries.ts'
import type { NodeType } from '../views.ts'
import { say } from '../words/say.ts'
import { bringIn } from './view.ts'

export function Tried({ node, type }: { node: string; type: NodeType | undefined }) {
  const result = useTryOf(node)?.result
  useEffect(() => {
    if (result) bringIn(node)
  }, [result, node])
  if (!result) return null
  return (
    <div className="live card-tried" data-testid="card-tried">
      <div className="card-tried-head">
        <span className="small quiet">{say('Tried alone; nothing was sent')}</span>
        <CloseButton size="sm" className="nodrag" aria-label={say('Close')} onClick={forgetTry} />
      </div>
      <TriedWords result={result} type={type} />
    </div>
  )
}
