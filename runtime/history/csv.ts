// A row of a CSV file that a spreadsheet may open: whatever a model, an agent or a stranger wrote stays text. Pure.

/** What Excel, LibreOffice and Google Sheets take for a formula, also behind what they skip. */
const formula = /^[\s\u00A0]*[=+\-@\t\r|%]/

/** One cell, always in quotes; what would be run is written as text, with the mark that spreadsheets know for that. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const harmless = formula.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""').replace(/\r\n?/g, '\n')}"`
}

export function csvRow(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}
