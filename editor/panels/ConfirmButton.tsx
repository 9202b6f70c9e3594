// A button for what cannot be undone: the first press asks, the second does it. No dialog in between.
import { Button, type ButtonProps } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'

/** `question` replaces the label for a few seconds after the first press. */
export function ConfirmButton({
  children,
  question,
  onConfirm,
  ...rest
}: ButtonProps & { children: ReactNode; question: string; onConfirm(): void; 'data-testid'?: string }) {
  const [isAsking, setAsking] = useState(false)
  useEffect(() => {
    if (!isAsking) return
    const timer = setTimeout(() => setAsking(false), 5000)
    return () => clearTimeout(timer)
  }, [isAsking])
  const press = (): void => {
    if (isAsking) onConfirm()
    setAsking(!isAsking)
  }
  return (
    <Button
      variant="default"
      {...rest}
      c={isAsking ? 'var(--state-failed)' : rest.c}
      onClick={press}
      aria-live="polite"
    >
      {isAsking ? question : children}
    </Button>
  )
}
