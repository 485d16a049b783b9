const MAX_QUOTE = 40

/** An expression from where it is wrong, as far as it fits on a line. */
export function quoteExpression(expression: string, position: number): string {
  const rest = expression.slice(position).trim() || expression.trim()
  const line = rest.replaceAll(/\s+/g, ' ')
  return `at "${line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line}"`
}
