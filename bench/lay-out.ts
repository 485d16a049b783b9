export const OUTPUTS = ['table', 'json', 'markdown'] as const
export type Output = (typeof OUTPUTS)[number]

/** The lines of a table whose first row is its header: words to the left, numbers, which all other columns hold, to the right. */
export function layOut(
  table: readonly string[][],
  output: Exclude<Output, 'json'>,
  wordColumns: readonly number[],
): string[] {
  return output === 'markdown' ? layOutMarkdown(table, wordColumns) : layOutText(table, wordColumns)
}

function layOutText(table: readonly string[][], wordColumns: readonly number[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)))
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return wordColumns.includes(column) ? cell.padEnd(width) : cell.padStart(width)
  }
  return table.map((cells) => cells.map(pad).join('  ').trimEnd())
}

function layOutMarkdown([header = [], ...rows]: readonly string[][], wordColumns: readonly number[]): string[] {
  const rule = header.map((_, column) => (wordColumns.includes(column) ? '---' : '---:'))
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}
