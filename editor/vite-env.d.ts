// Types of what Vite adds: css imports and import.meta.env.
/// <reference types="vite/client" />
