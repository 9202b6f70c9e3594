// Mounts the editor. In development /dev/cards shows every card in every state instead.
import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import './theme.css'
import './live.css'
// In this order: what is narrower comes after what it changes.
import './frame.css'
import './lists.css'
import './canvas-page.css'
import './inspector.css'
import './small-screens.css'
import './watch.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { keepOfflinePage } from './service-worker.ts'
import { speak, wantedLanguage } from './words/say.ts'
import { speakServed } from './words/served.ts'

const root = createRoot(document.getElementById('root') as HTMLElement)

/** The language first, then everything that speaks it. Without its catalogue (the server is away) the page speaks English. */
async function start(): Promise<void> {
  if (wantedLanguage() === 'zh') {
    const catalogues = await Promise.all([import('./words/zh.json'), import('./words/zh-served.json')]).catch(
      () => null,
    )
    if (catalogues) {
      speak('zh', catalogues[0].default)
      speakServed(catalogues[1].default)
      document.documentElement.lang = 'zh-CN'
    }
  }
  if (import.meta.env.DEV && location.pathname === '/dev/cards') {
    const { CardSheet } = await import('./panels/CardSheet.tsx')
    root.render(<CardSheet />)
    return
  }
  const { App } = await import('./App.tsx')
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
  keepOfflinePage()
}

void start()
