// The frame of every page but the canvas: a heading, what belongs beside it, and a column that scrolls.
import type { ReactNode } from 'react'
import { useLive } from '../live.ts'
import { say } from '../words/say.ts'

/** `aside` stands to the right of the heading. */
export function Page({
  title,
  aside,
  children,
  isWide,
}: {
  title: string
  aside?: ReactNode
  children: ReactNode
  isWide?: boolean
}) {
  return (
    <main className="page" id="main" tabIndex={-1}>
      <div className="page-inner" data-wide={isWide || undefined}>
        <div className="page-head">
          <h1>{title}</h1>
          {aside}
        </div>
        {children}
      </div>
    </main>
  )
}

/** Grey bars in place of what is being read: shown at once, no spinner. */
export function Skeletons({ count, height }: { count: number; height: number }) {
  return (
    <div className="stack" role="status" aria-label={say('Reading')}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="skeleton" style={{ height }} />
      ))}
    </div>
  )
}

/** Why something could not be read. Where older answers stand below it and the frame says already that Heed is away, it is silent. */
export function ReadFailure({ words, hasOld, testId }: { words: string | null; hasOld: boolean; testId?: string }) {
  const isAway = useLive((live) => live.isConnected === false)
  if (words === null || (hasOld && isAway)) return null
  return (
    <div className="notice" data-tone={hasOld ? 'warn' : 'bad'} role="alert" data-testid={testId}>
      {words}
    </div>
  )
}

/** An empty place that teaches: one picture, one sentence, one button. */
export function Empty({ icon, children, action }: { icon: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <span className="quiet">{icon}</span>
      <p>{children}</p>
      {action}
    </div>
  )
}
