// A list of cameras as a spreadsheet gives it: comma or semicolon, with or without quotes, first line the names of the columns. Pure:
// each line becomes a camera or a sentence about what is wrong with it.
import { CameraNameSchema, CameraTagSchema } from '../../nodes/contract/cameras.ts'
import { BadRequestError } from '../../nodes/contract/errors.ts'

export interface CameraLine {
  /** As an editor counts it, the line of column names included. */
  line: number
  name: string
  /** Undefined where something is wrong with the line. */
  camera?: { name: string; url: string; tags: string[] }
  message?: string
}

const columns = {
  name: ['name', 'camera', 'title', '名称', '摄像头'],
  url: ['url', 'address', 'rtsp', 'stream', 'link', '地址'],
  user: ['user', 'username', 'login', '用户名', '用户'],
  password: ['password', 'pass', '密码'],
  tags: ['tags', 'tag', 'group', 'groups', '标签'],
} as const
type Column = keyof typeof columns

const mostLines = 500

/** Throws BadRequestError CAMERA_LIST_UNREADABLE when it is no list of cameras at all. */
export function readCameraList(text: string): CameraLine[] {
  const [head, ...rows] = readRows(text)
  if (!head) throw unreadable('is empty')
  const found = new Map(
    head.cells.flatMap((cell, at): [Column, number][] => {
      const word = cell.trim().toLowerCase()
      const column = (Object.keys(columns) as Column[]).find((each) =>
        (columns[each] as readonly string[]).includes(word),
      )
      return column ? [[column, at]] : []
    }),
  )
  if (!found.has('name') || !found.has('url')) throw unreadable('does not begin with the names of its columns')
  if (rows.length > mostLines) throw unreadable(`has more than ${mostLines} cameras`)
  const taken = new Set<string>()
  return rows.map(({ cells, line }) => {
    const of = (column: Column): string => cells[found.get(column) ?? -1]?.trim() ?? ''
    const read = readLine(of, line)
    if (read.camera && taken.has(read.name))
      return { line, name: read.name, message: `“${read.name}” stands in this list twice.` }
    if (read.camera) taken.add(read.name)
    return read
  })
}

function unreadable(what: string): BadRequestError {
  return new BadRequestError(
    'CAMERA_LIST_UNREADABLE',
    `This list ${what}. Its first line must be: name,url,tags. Columns called user and password may follow.`,
  )
}

function readLine(of: (column: Column) => string, line: number): CameraLine {
  const name = CameraNameSchema.safeParse(of('name'))
  const wrong = (message: string): CameraLine => ({ line, name: of('name'), message })
  if (of('name') === '') return wrong('This line has no name.')
  if (!name.success) return wrong('The name must be made of letters, digits and spaces, 64 at most.')
  const tags = of('tags')
    .split(/[;,|]|\s+/)
    .filter((tag) => tag !== '')
  const read = tags.map((tag) => CameraTagSchema.safeParse(tag))
  if (read.some(({ success }) => !success))
    return wrong(`“${of('tags')}” cannot be used as tags. Write words with spaces between them.`)
  const url = withLogin(of('url'), of('user'), of('password'))
  if (url === undefined) return wrong('The address is not complete. It looks like rtsp://10.0.0.7:554/stream.')
  return { line, name: name.data, camera: { name: name.data, url, tags: read.flatMap(({ data }) => data ?? []) } }
}

/** Whether it is a camera's address at all, the camera node says later. */
function withLogin(address: string, user: string, password: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  if (user === '' && password === '') return address
  const url = new URL(address)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url.href
}

/** Lines with their numbers; empty ones are left out. A quoted cell may hold separators, quotes and line ends. */
function readRows(text: string): { line: number; cells: string[] }[] {
  const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const [first = ''] = plain.split('\n', 1)
  const separator = [';', '\t', ','].find((each) => first.includes(each)) ?? ','
  const rows: { line: number; cells: string[] }[] = []
  let [cells, cell, line, begun, isQuoted] = [[] as string[], '', 1, 1, false]
  const endRow = (): void => {
    cells.push(cell)
    if (cells.some((each) => each.trim() !== '')) rows.push({ line: begun, cells })
    ;[cells, cell] = [[], '']
  }
  for (let at = 0; at < plain.length; at++) {
    const char = plain[at] ?? ''
    if (char === '\n') line += 1
    if (isQuoted) {
      if (char !== '"') cell += char
      else if (plain[at + 1] === '"') cell += plain[++at] ?? ''
      else isQuoted = false
    } else if (char === '"' && cell.trim() === '') [cell, isQuoted] = ['', true]
    else if (char === separator) [cell] = [(cells.push(cell), '')]
    else if (char === '\n') {
      endRow()
      begun = line
    } else cell += char
  }
  endRow()
  return rows
}
