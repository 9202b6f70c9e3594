// Node-RED's own editor inside Heed's frame. Draws nothing of it: that is a page of its own, which Heed passes on.
import { Anchor } from '@mantine/core'
import { follow } from '../panels/Rail.tsx'
import { Page, Skeletons } from '../panels/Page.tsx'
import { say } from '../words/say.ts'
import { nodeRedQuery, useRead } from '../queries.ts'
import './node-red.css'

/** The page. A crash shows in words, and the editor comes back by itself. */
export function NodeRedPage() {
  const { data: view, failure } = useRead(nodeRedQuery)
  // The frame would show no more than that it is not here.
  if (view?.isOn && view.at)
    return (
      <Page title="Node-RED">
        <div className="notice" role="status" data-testid="node-red-elsewhere">
          {say('Node-RED runs on another machine of this Heed. Its editor is there:')}{' '}
          <Anchor href={`${view.at}/system/node-red`}>{view.at}</Anchor>
        </div>
      </Page>
    )
  if (view?.state === 'running')
    return (
      <main className="node-red-page" id="main" tabIndex={-1}>
        <iframe
          key={view.crashes}
          src="/node-red/"
          title={say("Node-RED's editor")}
          className="node-red-frame"
          data-testid="node-red-frame"
        />
      </main>
    )
  return (
    <Page title="Node-RED">
      {view === null && failure === null ? (
        <Skeletons count={1} height={120} />
      ) : (
        <div className="notice" data-tone="warn" role="status" data-testid="node-red-away">
          {failure ??
            view?.reason ??
            (view?.isOn ? say('Node-RED is starting. This takes a second or two.') : say('Node-RED is off.'))}{' '}
          <Anchor href="/system" onClick={follow} inherit>
            {view?.isOn === false ? say('Switch it on under System.') : say('System')}
          </Anchor>
        </div>
      )}
    </Page>
  )
}
