// What the routes of accounts/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'

export const ClaimSchema = z.object({ token: z.string().min(1).max(200), password: z.string() })

export const SignInSchema = z.object({ password: z.string() })

export const PasswordSchema = z.object({ current: z.string(), next: z.string() })

export const TokenSchema = z.object({ name: z.string().trim().min(1).max(80) })

export const accountsBodies = {
  'POST /sign-in': SignInSchema,
  'POST /sign-in/claim': ClaimSchema,
  'POST /tokens': TokenSchema,
  'PUT /password': PasswordSchema,
}
