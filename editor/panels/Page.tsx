// The frame of every page but the canvas: a heading, what belongs beside it, and a column that scrolls.
import type { ReactNode } from 'react'
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
