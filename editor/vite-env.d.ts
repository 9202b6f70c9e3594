// Types of what Vite adds: css imports and import.meta.env.
/// <reference types="vite/client" />

/** The node types that come with Heed, without what is only for their forms; see vite.config.ts. */
declare module 'virtual:node-types' {
  /** What these are stands in `sharing/SharedPage.tsx`: an ambient module cannot import by a relative path. */
  export const types: unknown
  export const mayRun: unknown
}

interface ImportMetaEnv {
  /** Where the speech detector's worklet and model lie; ends with a slash. Set in vite.config.ts. */
  readonly VOICE_FILES: string
  /** Where onnxruntime's WebAssembly lies; ends with a slash. */
  readonly VOICE_WASM: string
}
