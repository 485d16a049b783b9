import { GatehouseError, messageOf } from '../../util/errors.ts'

/** A module that we cannot or will not serve, as the rest of a sentence: `is not …`. Which file it was, the caller knows. */
export class UnusableModule extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }

  static {
    UnusableModule.prototype.name = 'UnusableModule'
  }
}

/** What a module says of itself is missing, or asks for what we do not serve. */
export class UnusableMetadata extends UnusableModule {
  static {
    UnusableMetadata.prototype.name = 'UnusableMetadata'
  }
}

/** The error that leaves this folder: the same, with the file's name and a code. */
export function toModuleError(error: unknown, source: string): GatehouseError {
  if (error instanceof GatehouseError) return error
  const hint = error instanceof UnusableModule ? error.hint : undefined
  const options = hint === undefined ? { cause: error } : { cause: error, hint }
  const code = error instanceof UnusableMetadata ? 'ERR_MODULE_METADATA' : 'ERR_MODULE_INVALID'
  return new GatehouseError(code, `${source}: ${messageOf(error)}`, options)
}
