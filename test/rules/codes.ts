// Every error and problem code in the code, and the table of them in runtime/README.md.
// `node test/rules/codes.ts --write` brings the table up to date; areas are explained by hand, in the table itself.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { isSource, listFiles, read, root } from './files.ts'

export const page = 'runtime/README.md'

/** Words in capitals that are names of something else. */
const notCodes = new Set([
  'EAI_AGAIN',
  'LD_LIBRARY_PATH',
  'PG_VERSION',
  'DEFAULT_SYSTEM_PROMPT_EN',
  'DEFAULT_SYSTEM_PROMPT_NO_DELEGATION',
  'DATABASE_URL',
  'REDIS_URL',
])
const notAreas = /^(HEED|ERR|UND|ONNXRUNTIME|PLAYWRIGHT|SIG|UV)_/

/** Codes written anywhere in the product (packages from outside have their own), sorted. Each is a whole string literal, so that it can be found by searching. */
export function codesInCode(): string[] {
  const files = listFiles().filter(
    (file) => /^(nodes(?!\/example\/)|runtime)\//.test(file) && isSource(file) && !/\.test\.tsx?$/.test(file),
  )
  const found = files.flatMap((file) =>
    [...read(file).matchAll(/(['"`])([A-Z]{2,}(?:_[A-Z0-9]+)+)\1/g)].map((match) => match[2] ?? ''),
  )
  return [...new Set(found)].filter((code) => !notCodes.has(code) && !notAreas.test(code)).sort()
}

export interface Area {
  area: string
  about: string
  codes: string[]
}

/** The table's rows: area, what it is about, its codes. */
export function readTable(text = read(page)): Area[] {
  return [...text.matchAll(/^\| `([A-Z]+)_` \| (.*?) \|(.*)\|$/gm)].map(([, area = '', about = '', codes = '']) => ({
    area,
    about,
    codes: [...codes.matchAll(/`([A-Z0-9_]+)`/g)].map((match) => `${area}_${match[1] ?? ''}`),
  }))
}

function writeTable(): void {
  const text = read(page)
  const known = new Map(readTable(text).map(({ area, about }) => [area, about]))
  const byArea = Map.groupBy(codesInCode(), (code) => code.slice(0, code.indexOf('_')))
  const rows = [...byArea]
    .sort(([a], [b]) => (`${a}_` < `${b}_` ? -1 : 1))
    .map(
      ([area, codes]) =>
        `| \`${area}_\` | ${known.get(area) ?? '?'} | ${codes.map((code) => `\`${code.slice(area.length + 1)}\``).join(' ')} |`,
    )
  const table = [
    '<!-- codes -->',
    '| area | is about | codes, each after its area |',
    '|---|---|---|',
    ...rows,
    '<!-- /codes -->',
  ].join('\n')
  writeFileSync(
    path.join(root, page),
    text.replace(/<!-- codes -->[\s\S]*<!-- \/codes -->/, () => table),
  )
}

if (import.meta.main) {
  if (process.argv.includes('--write')) writeTable()
  process.stdout.write(`${codesInCode().join('\n')}\n`)
}
