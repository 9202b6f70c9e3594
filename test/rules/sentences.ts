// The sentences of the editor: which are said, which stand hard-coded beside `say`, and the Chinese of each.
// `node test/rules/sentences.ts --write` sorts the catalogue, takes out what nobody says any more and prints what lacks.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { describeKind, loadConnectionKinds } from '../../runtime/connections/kinds.ts'
import { describeNode } from '../../runtime/flows/node-type-routes.ts'
import { isSource, listFiles, read, root } from './files.ts'

export const catalogueFile = 'editor/words/zh.json'

/** Files whose words nobody reads as the product's: tests, the sheet of cards for development, the gallery's own two languages. */
const isLeftOut = (file: string): boolean =>
  /\.test\.tsx?$|\/CardSheet\.tsx$|\/gallery-words\.ts$|\/LanguageSwitch\.tsx$|\/words\/say\.ts$/.test(file)

export function editorFiles(): string[] {
  return listFiles().filter((file) => file.startsWith('editor/') && isSource(file) && !isLeftOut(file))
}

export const servedFile = 'editor/words/zh-served.json'

/** The Chinese by its English key. */
export function readCatalogue(file = catalogueFile): Record<string, string> {
  return JSON.parse(read(file)) as Record<string, string>
}

/** The names a sentence is filled with, sorted. */
export function fillings(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

const parse = (file: string, text = read(file)): ts.SourceFile =>
  ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  )

function visitAll(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => visitAll(child, visit))
}

/** What a call says: the key, or null where it cannot be read off the code. */
function keyOf(call: ts.CallExpression): string | null | undefined {
  const [first, second, third] = call.arguments
  const name = call.expression.getText()
  if (name === 'say') return first && ts.isStringLiteralLike(first) ? first.text : null
  if (name !== 'count') return undefined
  if (!second || !ts.isStringLiteralLike(second)) return null
  return `{n} ${third && ts.isStringLiteralLike(third) ? third.text : `${second.text}s`}`
}

/** Every key that the editor says. */
export function saidKeys(): Set<string> {
  const keys = new Set<string>()
  for (const file of editorFiles())
    visitAll(parse(file), (node) => {
      const key = ts.isCallExpression(node) ? keyOf(node) : undefined
      if (typeof key === 'string') keys.add(key)
    })
  return keys
}

const catalogueOfNodes = await loadCatalogue()
const kinds = await loadConnectionKinds()
/** Properties of a definition that the editor shows; placeholders are examples, and units the same everywhere. */
const shown = new Set(['why', 'title', 'label', 'help', 'description', 'card'])

/** What people read of every node type and every kind of connection, line by line; signs and amounts are left out. */
export function definedSentences(): string[] {
  const found = new Set<string>()
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (!shown.has(key)) return
      for (const line of value.split('\n')) if (/[A-Za-z]{3}/.test(line.replace(/\{+\w+\}+/g, ''))) found.add(line)
    } else if (value !== null && typeof value === 'object')
      for (const [name, each] of Object.entries(value)) walk(each, Array.isArray(value) ? key : name)
  }
  for (const definition of catalogueOfNodes.values()) walk(JSON.parse(JSON.stringify(describeNode(definition))), '')
  for (const kind of kinds.values()) walk(JSON.parse(JSON.stringify(describeKind(kind))), '')
  return [...found].sort()
}

/** What cards say of a message that they have sent on or kept, as it may look filled in. */
export function reportedSentences(): string[] {
  const found = new Set<string>()
  const files = listFiles().filter(
    (file) => /^nodes\/(?:action|logic|vision)\/[^/]+\.ts$/.test(file) && !file.endsWith('.test.ts'),
  )
  for (const file of files)
    visitAll(parse(file), (node) => {
      if (!ts.isPropertyAssignment(node) || !/^(?:summary|why)$/.test(node.name.getText())) return
      visitAll(node.initializer, (each) => {
        if (ts.isStringLiteralLike(each)) found.add(each.text)
        if (ts.isTemplateExpression(each))
          found.add([each.head.text, ...each.templateSpans.map(({ literal }) => literal.text)].join('7'))
      })
    })
  return [...found].filter((sentence) => /[A-Za-z]{3}.* .*[.?!]$/.test(sentence)).sort()
}

/** Properties whose text is for machines. */
const machine = new Set(
  `className classNames viewBox stroke fill d id key type role href src name style color variant size padding points
  transform data-testid selectionKeyCode autoComplete inputMode accept rel target htmlFor fontFamily fontFamilyMonospace
  border processorType`.split(/\s+/),
)
const names =
  /^(Meta|Shift|Control|Escape|Enter|Tab|Alt|Backspace|Delete|Arrow\w+|PageUp|PageDown|Space|Content-Type|If-Match|Files|Heed|Postgres|Redis|Ctrl|Node-RED|English|PushManager|AudioWorklet|Accept|Authorization|[A-Z]\w+Error|[A-Z][a-z]{2}[-,][A-Z][a-z]{2})$/

/** Whether a person would take it for words: several of them, or one that begins with a capital. */
function isWords(text: string): boolean {
  const words = text.trim()
  if (names.test(words) || !/[A-Za-z]{2}/.test(words)) return false
  if (/^[A-Z][a-z]+…?$/.test(words)) return true
  if (!/ /.test(words)) return false
  if (/[[\]{}#=;]|:not|^\(|^\$|^\d|^M\d|var\(|, (textarea|select|input)/.test(words) && !/[.?!…”]$/.test(words))
    return false
  // A route by method and path.
  if (/^(GET|POST|PUT|DELETE) \/\S*$/.test(words)) return false
  // Class names stand side by side too, all in small letters.
  return /[A-Z.?!,…“]/.test(words) || !words.split(/\s+/).every((word) => /^[a-z0-9-]+$/.test(word))
}

function isForMachines(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isJsxAttribute(at) || ts.isPropertyAssignment(at)) return machine.has(at.name.getText().replace(/['"]/g, ''))
    if (ts.isFunctionLike(at) || ts.isBlock(at) || ts.isJsxElement(at)) return false
  }
  return false
}

/** Attributes and properties whose text a person reads or hears. */
const human =
  /^(?:title|alt|label|placeholder|description|help|words|word|text|hint|nothingFound\w*|aria-(?:label|description|valuetext|roledescription|placeholder))$/
/** Variables and functions that hold what a person reads. */
const holdsWords = /(?:^words|Words|Titles?|Labels?)(?:Of|By)?$|^(?:titles?|labels?)$/

/** Passed on as it is to what stands around it. */
function passesOn(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isConditionalExpression(parent)) return parent.condition !== node
  if (ts.isBinaryExpression(parent))
    return (
      /^(?:\?\?|\|\|)$/.test(parent.operatorToken.getText()) ||
      (parent.operatorToken.getText() === '&&' && parent.right === node)
    )
  return (
    ts.isParenthesizedExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isTemplateExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    (ts.isAsExpression(parent) && parent.type.getText() === 'const')
  )
}

/** Whether it stands where a person reads it, however short it is: between tags, in a title, in a table of words. */
function isShown(node: ts.Node): boolean {
  let at = node
  while (passesOn(at, at.parent)) at = at.parent
  const { parent } = at
  if (ts.isJsxExpression(parent)) {
    if (ts.isJsxElement(parent.parent) || ts.isJsxFragment(parent.parent)) return true
    return ts.isJsxAttribute(parent.parent) && human.test(parent.parent.name.getText())
  }
  if (ts.isJsxAttribute(parent)) return human.test(parent.name.getText())
  if (ts.isPropertyAssignment(parent) && parent.initializer === at) {
    if (human.test(parent.name.getText().replace(/['"]/g, ''))) return true
    const table = parent.parent.parent
    return ts.isVariableDeclaration(table) && holdsWords.test(table.name.getText())
  }
  if (ts.isArrowFunction(parent) || ts.isVariableDeclaration(parent)) {
    const owner = ts.isVariableDeclaration(parent) ? parent : parent.parent
    return ts.isVariableDeclaration(owner) && holdsWords.test(owner.name.getText())
  }
  if (ts.isReturnStatement(parent)) {
    const owner = ts.findAncestor(parent, ts.isFunctionLike)
    const name =
      owner &&
      (ts.isFunctionDeclaration(owner)
        ? owner.name
        : ts.isVariableDeclaration(owner.parent)
          ? owner.parent.name
          : undefined)
    return name !== undefined && holdsWords.test(name.getText())
  }
  return false
}

/** A word that is one in every language, a sign, or what a program reads. */
const isNoWord = (text: string): boolean =>
  names.test(text.trim()) || !/[A-Za-z]{2}/.test(text) || /^[./#]|:\/\/|^\w+\/\w/.test(text.trim())

const asksOf =
  /querySelector|closest|matches|matchMedia|includes|startsWith|endsWith|EventListener|getAttribute|replace$/

function isSpoken(node: ts.StringLiteralLike): boolean {
  const { parent } = node
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true
  if (ts.isCaseClause(parent) || ts.isElementAccessExpression(parent) || ts.isImportTypeNode(parent.parent)) return true
  if (ts.isPropertyAssignment(parent) && parent.name === node) return true
  if (ts.isBinaryExpression(parent) && /===|!==|\bin\b/.test(parent.operatorToken.getText())) return true
  if (!ts.isCallExpression(parent)) return false
  return keyOf(parent) !== undefined || asksOf.test(parent.expression.getText())
}

/** Sentences that are not said through `say`, each with its place. */
export function hardCoded(file: string, text?: string): string[] {
  const source = parse(file, text)
  const found: string[] = []
  const add = (node: ts.Node, words: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    found.push(`${file}:${line + 1} ${words.trim().replace(/\s+/g, ' ')}`)
  }
  visitAll(source, (node) => {
    if (ts.isJsxText(node)) {
      if (/[A-Za-z]{2}/.test(node.text) && !names.test(node.text.trim()) && !/^\s*[/.]\S*\s*$/.test(node.text))
        add(node, node.text)
    } else if (ts.isStringLiteralLike(node)) {
      const isOne = isWords(node.text) ? !isForMachines(node) : !isNoWord(node.text) && isShown(node)
      if (isOne && !isSpoken(node)) add(node, node.text)
    } else if (ts.isTemplateExpression(node)) {
      const words = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('0')
      const isPath = /^[/.?]|\/\/|^var\(|;base64|setInterval|\[data-|^M\d|^tel:/.test(words)
      const hasWord = /(^| )[A-Za-z]{2,}( |[.,:]|$)/.test(words)
      if (!isPath && hasWord && (/ /.test(words) ? !isForMachines(node) : isShown(node))) add(node, words)
    }
  })
  return found
}

function write(): void {
  const had = readCatalogue()
  const said = [...saidKeys()].sort()
  const kept = Object.fromEntries(said.filter((key) => key in had).map((key) => [key, had[key]]))
  writeFileSync(path.join(root, catalogueFile), `${JSON.stringify(kept, null, 2)}\n`)
  for (const key of said.filter((each) => !(each in had))) process.stdout.write(`lacks: ${key}\n`)
  const served = readCatalogue(servedFile)
  const sorted = Object.fromEntries(Object.entries(served).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(path.join(root, servedFile), `${JSON.stringify(sorted, null, 2)}\n`)
  for (const key of definedSentences().filter((each) => !(each in served)))
    process.stdout.write(`lacks, served: ${key}\n`)
}

if (process.argv[1] === import.meta.filename && process.argv.includes('--write')) write()
