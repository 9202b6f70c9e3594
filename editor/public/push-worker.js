// Shows what Heed pushes to this browser, and opens its link when it is pressed. Keeps nothing and caches nothing.
self.addEventListener('push', (event) => {
  const { title = 'Heed', text = '', url = '/inbox', tag, image } = event.data?.json() ?? {}
  event.waitUntil(self.registration.showNotification(title, { body: text, tag, icon: '/heed.svg', ...(image ? { image } : {}), requireInteraction: true, renotify: Boolean(tag), data: { url } }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(self.clients.openWindow(event.notification.data.url))
})
