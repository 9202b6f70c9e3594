// "Send a test" for a notification: performed once with the settings as they are on the card, and told in words.
import { Button } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useState } from 'react'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { api } from '../api.ts'
import type { TestResult } from '../views.ts'
import { PushSwitch } from './PushSwitch.tsx'
import { say } from '../words/say.ts'

/** Below the settings of a notification. */
export function SendTest({ node, flowId }: { node: FlowNode; flowId: string }) {
  const [result, setResult] = useState<TestResult | null>(null)
  const [isBusy, setBusy] = useState(false)
  const send = async (): Promise<void> => {
    setBusy(true)
    setResult(null)
    setResult(
      await api
        .testNode(flowId, node.id, node.config)
        .catch((error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) })),
    )
    setBusy(false)
  }
  return (
    <div className="stack">
      {node.config['channel'] === 'web-push' && <PushSwitch />}
      <Button
        variant="default"
        loading={isBusy}
        onClick={() => void send()}
        leftSection={<IconSend size={16} aria-hidden />}
        data-testid="send-test"
      >
        {say('Send a test')}
      </Button>
      {result && (
        <div className="notice" data-tone={result.ok ? 'ok' : 'bad'} role="status" data-testid="send-test-result">
          {result.message}
        </div>
      )}
    </div>
  )
}
