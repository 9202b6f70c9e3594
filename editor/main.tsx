// Mounts the editor. In development /dev/cards shows every card in every state instead.
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './theme.css'
import './live.css'
import './app.css'
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
