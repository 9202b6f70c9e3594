// What the browser keeps running for Heed: shows what is pushed, opens its link when it is pressed, and when the server
// cannot be reached shows a page that says so. Nothing else is kept: pages and pictures always come from the server.
const shelf = 'offline-1'
const offline = ['/offline.html', '/offline.css', '/offline.js', '/heed.svg']

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(shelf).then((cache) => cache.addAll(offline.map((path) => new Request(path, { cache: 'reload' })))))
  void self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name !== shelf) await caches.delete(name)
    // The page is asked for while this worker still starts, so that it costs no time.
    await self.registration.navigationPreload?.enable()
    await self.clients.claim()
  }
  event.waitUntil(forget())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const isPage = request.mode === 'navigate' && request.destination === 'document'
  if (!isPage && !offline.includes(new URL(request.url).pathname)) return
  const answer = async () => {
    try {
      return (await event.preloadResponse) ?? (await fetch(request))
    } catch (error) {
      const kept = await caches.match(isPage ? '/offline.html' : request)
      if (kept) return kept
      throw error
    }
  }
  event.respondWith(answer())
})

self.addEventListener('push', (event) => {
  const { title = 'Heed', text = '', url = '/inbox', tag, image } = event.data?.json() ?? {}
  event.waitUntil(self.registration.showNotification(title, { body: text, tag, icon: '/icon-192.png', ...(image ? { image } : {}), requireInteraction: true, renotify: Boolean(tag), data: { url } }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(self.clients.openWindow(event.notification.data.url))
})
