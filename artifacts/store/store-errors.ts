import { GatehouseError, messageOf } from '../../util/errors.ts'

/** What a full disk says, or a user's share of it. */
const FULL = ['ENOSPC', 'EDQUOT']
const DENIED = ['EROFS', 'EACCES', 'EPERM']

/** The error of a store that cannot be written to, with the way out that fits. */
export function unwritable(folder: string, cause: unknown): GatehouseError {
  const code = errnoOf(cause)
  return new GatehouseError('ERR_STORE_WRITE', `cannot write to the module store ${folder}: ${messageOf(cause)}`, {
    cause,
    ...(FULL.includes(code) && { hint: `Make room: gatehouse store prune --store ${folder}, or name another folder.` }),
    ...(DENIED.includes(code) && { hint: 'Name a folder that this user may write to.' }),
  })
}

export function unreadable(folder: string, cause: unknown): GatehouseError {
  return new GatehouseError('ERR_STORE_READ', `cannot read the module store ${folder}: ${messageOf(cause)}`, { cause })
}

/** The code of a failed system call; empty for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? '') : ''
}
