// Mounts the editor. In development /dev/cards shows every card in every state instead.
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './theme.css'
import './live.css'
// In this order: what is narrower comes after what it changes.
import './frame.css'
import './lists.css'
import './canvas-page.css'
import './small-screens.css'
import './watch.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'

const root = createRoot(document.getElementById('root') as HTMLElement)
if (import.meta.env.DEV && location.pathname === '/dev/cards') {
  void import('./panels/CardSheet.tsx').then(({ CardSheet }) => root.render(<CardSheet />))
} else {
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
