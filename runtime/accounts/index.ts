// The door of accounts/. Who may use Heed: the owner, sign-ins, callers.
export { createAccountStore } from './accounts.store.ts'
export type { AccountStore } from './accounts.ts'
export { createPasswords } from './passwords.ts'
export type { PasswordCost, Passwords } from './passwords.ts'
export { addSignInRoutes, createSignInLinks } from './routes.ts'
export type { SignInLinks } from './routes.ts'
export { hashToken, isMadeToken, isSameSecret, readSignInToken, signInLifeMs } from './sign-in-cookies.ts'
export type { AccountsRouteDeps } from './route-deps.ts'
