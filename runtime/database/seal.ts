// Secrets at rest: AES-256-GCM, each value bound to the place it is kept in, each sealed text naming its key.
// Never logs a value, and never gives one back that was moved to another place.
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FatalError } from '../../nodes/contract/errors.ts'

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

export interface Seal {
  /** `place` says where the value is kept; it opens nowhere else. */
  close(text: string, place: string): string
  /** Throws FatalError SECRET_KEY_WRONG (sealed with a key we do not have) or SECRET_BROKEN. */
  open(sealed: string, place: string): string
}

function keyId(key: Uint8Array): string {
  return createHash('sha256').update('heed key id').update(key).digest('hex').slice(0, 8)
}

/** Seals with the first key and opens with any: an older key goes on reading what it sealed. */
export function createSeal(keys: readonly Uint8Array[]): Seal {
  const ring = new Map(keys.map((key) => [keyId(key), key]))
  const [first] = ring
  if (!first || keys.some((key) => key.length !== keyBytes))
    throw new FatalError('SECRET_KEY_WRONG', `A secret key has ${keyBytes} bytes.`)
  const [firstId, firstKey] = first
  return {
    close(text, place) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', firstKey, iv).setAAD(Buffer.from(place))
      const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${firstId}.${body.toString('base64url')}`
    },
    open(sealed, place) {
      const [version, id = '', body = ''] = sealed.split('.')
      const key = ring.get(id)
      if (version !== 'v1' || !key) {
        throw new FatalError(
          'SECRET_KEY_WRONG',
          'A stored secret was sealed with another key. Put the former HEED_SECRET_KEY back, or enter the secret again.',
        )
      }
      try {
        const bytes = Buffer.from(body, 'base64url')
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes))
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new FatalError('SECRET_BROKEN', 'A stored secret is damaged or was moved. Enter it again.', { cause })
      }
    },
  }
}

/** 32 bytes from what somebody wrote into HEED_SECRET_KEY: taken as they are in hex or base64, otherwise stretched. */
function keyFrom(text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64url')
  // A passphrase: no salt, because every process of an installation must come to the same key with nothing but these words.
  return scryptSync(text, 'heed.secret-key/1', keyBytes)
}

/**
 * The keys of this installation, the first one sealing: HEED_SECRET_KEY where it is set, and the key kept in the data
 * folder (mode 600), which is made when there is neither.
 */
export async function loadSecretKeys(options: { value: string | undefined; dataDir: string }): Promise<Uint8Array[]> {
  const path = join(options.dataDir, 'secret.key')
  const value = options.value?.trim()
  const given = value ? [keyFrom(value)] : []
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  if (kept?.trim() === '')
    throw new FatalError(
      'SECRET_KEY_EMPTY',
      `The key file ${path} is empty. Put it back from a backup; without one, delete it and enter every password again.`,
    )
  if (kept !== undefined) return [...given, keyFrom(kept.trim())]
  if (given.length > 0) return given
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  // Whole or not at all, also when the power goes: written aside and linked. Of two processes that start at once, one wins.
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(aside, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  await link(aside, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await unlink(aside)
  return [keyFrom((await readFile(path, 'utf8')).trim())]
}
