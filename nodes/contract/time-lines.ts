// Lines of an instruction that a model server would take for the time of a picture. Such a line never reaches a server: one of
// them replaces its whole instruction by it. Pure text work.

const number = String.raw`\d+(?:[.,]\d+)?`
const unit = String.raw`\s*(?:s|secs?|seconds?)`
const bracketed = new RegExp(
  String.raw`^\s*<\s*${number}(?:${unit})?\s*(?:[-–~]\s*${number}(?:${unit})?)?\s*>\s*:?\s*$`,
  'iu',
)
const range = new RegExp(String.raw`^\s*${number}${unit}\s*[-–~]\s*${number}${unit}\s*$`, 'iu')

/** Whether a line reads as a time: `<3.0 seconds>`, `<3-4 s>`, `3.0 seconds ~ 4.0 seconds`. */
export function isTimeLine(line: string): boolean {
  return bracketed.test(line) || range.test(line)
}

/** The text without such lines. */
export function withoutTimeLines(text: string): string {
  const lines = text.split(/\r\n|\r|\n/)
  return lines.some(isTimeLine) ? lines.filter((line) => !isTimeLine(line)).join('\n') : text
}
