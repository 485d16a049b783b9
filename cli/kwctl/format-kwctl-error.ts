import { isGatehouseError, messageOf } from '../../util/errors.ts'
import { formatError } from '../format-error.ts'

/** `Error: what is wrong`, as `kwctl` writes it; an unforeseen one as everywhere, since it is our defect. */
export function formatKwctlError(error: unknown): string {
  if (!isGatehouseError(error)) return formatError(error)
  const hint = error.hint === undefined ? '' : `\n\n${error.hint}`
  return `Error: ${messageOf(error)}${hint}\n`
}
