import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deriveKey, readConfig } from './config.ts'

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 1890,
      dataDir: join(homedir(), '.heed'),
      token: undefined,
      secretKey: undefined,
      mediaDirs: [],
      databaseUrl: undefined,
      redisUrl: undefined,
      logLevel: 'info',
      publicUrl: 'http://127.0.0.1:1890',
      retainDecisionsDays: 7,
      retainEventsDays: 90,
      agentCommands: {},
      agentEnv: [],
      nodePackages: [],
      nodeRed: false,
      freezeAfterS: 20,
    })
  })

  it('takes empty values as absent', () => {
    expect(
      readConfig({
        HEED_PORT: '',
        HEED_TOKEN: ' ',
        DATABASE_URL: '',
        REDIS_URL: '',
        HEED_PUBLIC_URL: '',
        HEED_SECRET_KEY: '',
      }),
    ).toEqual(readConfig({}))
  })

  it('reads every variable', () => {
    expect(
      readConfig({
        HEED_HOST: '0.0.0.0',
        HEED_PORT: '8080',
        HEED_DATA_DIR: '~/watch',
        HEED_TOKEN: 'tok',
        HEED_SECRET_KEY: 'f'.repeat(64),
        HEED_MEDIA_DIRS: '/srv/a:/srv/b/',
        DATABASE_URL: 'postgres://u:p@db:5432/heed',
        REDIS_URL: 'rediss://cache:6380',
        HEED_LOG_LEVEL: 'debug',
        HEED_PUBLIC_URL: 'https://heed.example/',
        HEED_RETAIN_DECISIONS_DAYS: '3',
        HEED_RETAIN_EVENTS_DAYS: '365',
        HEED_AGENT_COMMANDS: 'codex=codex exec --json -',
        HEED_AGENT_ENV: 'ANTHROPIC_API_KEY, HTTPS_PROXY',
        HEED_NODE_RED: 'on',
        HEED_NODE_PACKAGES: 'heed-nodes-lamp, @me/cards,~/mine,/srv/cards,heed-nodes-lamp',
        HEED_FREEZE_AFTER_S: '60',
        HEED_TRUSTED_PROXIES: '172.18.0.2, 10.0.0.0/8,fd00::/8',
      }),
    ).toEqual({
      host: '0.0.0.0',
      port: 8080,
      dataDir: join(homedir(), 'watch'),
      token: 'tok',
      secretKey: 'f'.repeat(64),
      mediaDirs: ['/srv/a', '/srv/b'],
      databaseUrl: 'postgres://u:p@db:5432/heed',
      redisUrl: 'rediss://cache:6380',
      logLevel: 'debug',
      publicUrl: 'https://heed.example',
      retainDecisionsDays: 3,
      retainEventsDays: 365,
      agentCommands: { codex: ['codex', 'exec', '--json', '-'] },
      agentEnv: ['ANTHROPIC_API_KEY', 'HTTPS_PROXY'],
      nodeRed: true,
      nodePackages: ['heed-nodes-lamp', '@me/cards', join(homedir(), 'mine'), '/srv/cards'],
      trustedProxies: ['172.18.0.2', '10.0.0.0/8', 'fd00::/8'],
      freezeAfterS: 60,
    })
  })

  it.each([
    [
      'codex=codex exec --json -; claude=/usr/bin/claude -p',
      { codex: ['codex', 'exec', '--json', '-'], claude: ['/usr/bin/claude', '-p'] },
    ],
    [
      '{"claude":["claude","-p","--append-system-prompt","Be brief."]}',
      { claude: ['claude', '-p', '--append-system-prompt', 'Be brief.'] },
    ],
  ])('reads the commands of agents in %s', (text, agentCommands) => {
    expect(readConfig({ HEED_AGENT_COMMANDS: text })).toMatchObject({ agentCommands })
  })

  it.each(['DATABASE_URL', 'HOME,HEED_SECRET_KEY', 'HEED_TOKEN', 'PGPASSWORD', 'KEY=value', '1KEY'])(
    'gives an agent nothing of its own, and refuses to be told so by %s',
    (text) => {
      expect(() => readConfig({ HEED_AGENT_ENV: text })).toThrow(
        "HEED_AGENT_ENV must hold names of variables, separated by commas, such as ANTHROPIC_API_KEY,HTTPS_PROXY, and none of Heed's own.",
      )
    },
  )

  it.each(['nginx', '0.0.0.0/0', '10.0.0.0/33', 'fd00::/129', '10.0.0.1/8/8', '10.0.0', '*'])(
    'believes no proxy that is written as %s',
    (text) => {
      expect(() => readConfig({ HEED_TRUSTED_PROXIES: text })).toThrow(
        'HEED_TRUSTED_PROXIES must hold addresses or networks of your proxies, separated by commas, such as 172.18.0.2,10.0.0.0/8.',
      )
    },
  )

  it.each(['codex', '=codex', 'codex=', '{"codex":"codex exec"}', '{"codex":[]}', '{broken', 'a b=c'])(
    'refuses %s as commands of agents',
    (text) => {
      expect(() => readConfig({ HEED_AGENT_COMMANDS: text })).toThrow(/HEED_AGENT_COMMANDS must name commands/)
    },
  )

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:1890'],
    ['::', 'http://[::1]:1890'],
    ['::1', 'http://[::1]:1890'],
    ['[::1]', 'http://[::1]:1890'],
    ['nas.local', 'http://nas.local:1890'],
  ])('finds the own address when it listens on %s', (host, url) => {
    expect(readConfig({ HEED_HOST: host }).publicUrl).toBe(url)
  })

  it.each([
    ['HEED_PORT', 'abc', /HEED_PORT must be a whole number from 0 to 65535/],
    ['HEED_PORT', '70000', /HEED_PORT must be/],
    ['HEED_PORT', '18.5', /HEED_PORT must be/],
    ['HEED_HOST', 'http://127.0.0.1', /HEED_HOST must be a name or an address/],
    ['HEED_LOG_LEVEL', 'loud', /HEED_LOG_LEVEL must be one of fatal, error/],
    ['HEED_PUBLIC_URL', 'heed.example', /HEED_PUBLIC_URL must be an address such as https/],
    ['DATABASE_URL', 'mysql://u:hunter2@db/heed', /DATABASE_URL must be an address such as postgres/],
    ['REDIS_URL', 'hunter2', /REDIS_URL must be/],
    ['HEED_TOKEN', 'hunter2 and more', /HEED_TOKEN must not hold spaces/],
    ['HEED_SECRET_KEY', 'hunter2', /HEED_SECRET_KEY must have at least 8/],
    ['HEED_MEDIA_DIRS', '/srv/a:clips', /HEED_MEDIA_DIRS must hold whole paths/],
    ['HEED_RETAIN_EVENTS_DAYS', '0', /HEED_RETAIN_EVENTS_DAYS must be a whole number from 1/],
  ])('refuses %s=%s with a sentence that names it', (name, value, message) => {
    expect(() => readConfig({ [name]: value })).toThrow(message)
    expect(() => readConfig({ [name]: value })).not.toThrow(/hunter2/)
  })

  it('names everything that is wrong at once', () => {
    expect(() => readConfig({ HEED_PORT: 'x', HEED_LOG_LEVEL: 'y' })).toThrow(/HEED_PORT.*HEED_LOG_LEVEL/)
  })
})

describe('deriveKey', () => {
  it('gives the same key for the same secret, and another one for another', () => {
    const secret = new Uint8Array(32).fill(7)
    expect(deriveKey(secret, 'links')).toHaveLength(32)
    expect(deriveKey(secret, 'links')).toEqual(deriveKey(secret, 'links'))
    expect(deriveKey(secret, 'links')).not.toEqual(secret)
    expect(deriveKey(new Uint8Array(32), 'links')).not.toEqual(deriveKey(secret, 'links'))
  })
})
