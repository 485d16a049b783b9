import { GatehouseError, isGatehouseError, messageOf } from '../util/errors.ts'

/** `gatehouse: CODE: what is wrong`, then the way out; unforeseen errors show their stack, since they are our defects. */
export function formatError(error: unknown): string {
  const known = isGatehouseError(error) ? error : new GatehouseError('ERR_INTERNAL', messageOf(error), { cause: error })
  const hint = known.hint === undefined ? '' : `\n  ${known.hint}`
  const stack = known.code === 'ERR_INTERNAL' && error instanceof Error ? `\n${error.stack}` : ''
  return `gatehouse: ${known.code}: ${known.message}${hint}${stack}\n`
}
