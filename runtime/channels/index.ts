// The door of channels/. Ways to people: mail, MQTT, Web Push.
export { createMail } from './mail.ts'
export { createMqtt } from './mqtt.ts'
export { createPushSubscriptionStore } from './push-subscriptions.store.ts'
export type { PushSubscriptionStore } from './push-subscriptions.store.ts'
export { addPushSubscriptionRoutes } from './routes.ts'
export type { PushControl } from './subscriptions.ts'
export { createPush } from './web-push.ts'
export type { ChannelsRouteDeps } from './route-deps.ts'
