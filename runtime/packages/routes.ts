// `GET /api/packages`: what was installed beside Heed, what it brings, and what of it cannot be used.
import type { Router } from 'express'
import type { PackageReport } from './route-answers.ts'

export interface PackagesRouteDeps {
  packages: readonly PackageReport[]
}

/** Packages do not change while the process runs. */
export function addPackageRoutes(api: Router, { packages }: PackagesRouteDeps): void {
  api.get('/packages', (_request, response) => {
    response.json({ packages })
  })
}
