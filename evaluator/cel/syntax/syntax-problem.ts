/** Something that keeps an expression from being compiled. */
export interface CelProblem {
  readonly message: string
  /** Where in the expression, in UTF-16 units from its start. */
  readonly position: number
}

/** Ends the reading of an expression. */
export class CelSyntaxError extends Error {
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.position = position
  }
}
