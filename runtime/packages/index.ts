// The door of packages/. How node types and kinds of connection are found, loaded and judged, from wherever they come.
export { definitionFaults } from './definition-rules.ts'
export { loadFile } from './load-file.ts'
export { isFile, readManifest, type NodePackage } from './manifest.ts'
export { loadOutside, type Outside } from './outside.ts'
export type { PackageReport } from './route-answers.ts'
export { addPackageRoutes, type PackagesRouteDeps } from './routes.ts'
