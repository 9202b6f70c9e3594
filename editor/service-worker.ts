// The service worker of this browser: where it lies, and that it is there.
/** Where the service worker lies (editor/public). It shows what is pushed, and a page that says so when the server is away. */
export const serviceWorker = '/service-worker.js'

/** Registers it once the page is drawn. Browsers allow one over https and on the own machine only; without it nothing is lost. */
export function keepOfflinePage(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register(serviceWorker).catch(() => undefined)
}
