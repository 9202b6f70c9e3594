// The shapes that this folder owns.

export interface PushControl {
  /** For the browser's `subscribe`. */
  publicKey(): Promise<string>
  add(subscription: { endpoint: string; keys: { p256dh: string; auth: string } }, label: string): Promise<void>
  remove(endpoint: string): Promise<void>
}
