import { stringify } from 'yaml'
import type { OutputFormat } from './output-option.ts'

/** A result in the format that was asked for; `toTable` writes it for people. */
export function renderResult<T>(result: T, format: OutputFormat, toTable: (result: T) => string): string {
  if (format === 'table') return toTable(result)
  return format === 'json' ? `${JSON.stringify(result, undefined, 2)}\n` : stringify(result)
}
