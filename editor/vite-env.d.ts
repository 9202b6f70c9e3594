// Types of what Vite adds: css imports and import.meta.env.
/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Where the speech detector's worklet and model lie; ends with a slash. Set in vite.config.ts. */
  readonly VOICE_FILES: string
  /** Where onnxruntime's WebAssembly lies; ends with a slash. */
  readonly VOICE_WASM: string
}
