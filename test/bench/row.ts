// One measured line of the benchmark, and the table made of them. Ratios stand side by side, both from the same run.

export interface Row {
  area: string
  what: string
  value: number
  unit: string
  /** What it was measured against in this run: `plain ffmpeg 0.021`. */
  beside?: string
  ratio?: number
  /** What we want to reach, in words. */
  target?: string
}

/** Three significant digits, so that a table is honest about its precision. */
export function rounded(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3))
}

/** The value at a share of the sorted list; 0 for an empty one. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.area,
    row.what,
    `${rounded(row.value)} ${row.unit}`,
    row.beside ?? '',
    row.ratio === undefined ? '' : `×${rounded(row.ratio)}`,
    row.target ?? '',
  ])
  const head = ['area', 'what', 'measured', 'beside', 'ratio', 'target']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => (line[column] ?? '').length)),
  )
  const line = (parts: readonly string[]): string =>
    parts
      .map((part, column) => part.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}
