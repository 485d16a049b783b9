/** A module that we cannot or will not serve, as the rest of a sentence: `is not …`. The caller knows which file it was. */
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
