// Types of what Vite adds: css imports and import.meta.env.
/// <reference types="vite/client" />

/** The node types that come with Heed, without what is only for their forms; see vite.config.ts. */
declare module 'virtual:node-types' {
  /* eslint-disable @typescript-eslint/consistent-type-imports -- an ambient module cannot import by a relative path */
  export const types: import('../nodes/contract/shared-flow.ts').DescribedType[]
  export const mayRun: import('../nodes/contract/connections.ts').Ability[]
  /* eslint-enable @typescript-eslint/consistent-type-imports */
}

interface ImportMetaEnv {
  /** Where the speech detector's worklet and model lie; ends with a slash. Set in vite.config.ts. */
  readonly VOICE_FILES: string
  /** Where onnxruntime's WebAssembly lies; ends with a slash. */
  readonly VOICE_WASM: string
}
