/** A value of Rego. https://www.openpolicyagent.org/docs/policy-language#composite-values */
export type RegoValue = null | boolean | string | RegoNumber | RegoArray | RegoObject | RegoSet
export type RegoArray = readonly RegoValue[]
export type RegoEntry = readonly [key: RegoValue, value: RegoValue]

/** A number as it was written: Rego's are of any size and precision. */
export class RegoNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  static of(number: number | bigint): RegoNumber {
    return new RegoNumber(String(number))
  }
}

/** Made by `toObject`: keys are values of any kind, in their order, each once. */
export class RegoObject {
  readonly entries: readonly RegoEntry[]

  constructor(sorted: readonly RegoEntry[]) {
    this.entries = sorted
  }
}

/** Made by `toSet`: members in their order, each once. */
export class RegoSet {
  readonly members: RegoArray

  constructor(sorted: RegoArray) {
    this.members = sorted
  }
}

export function isArray(value: RegoValue | undefined): value is RegoArray {
  return Array.isArray(value)
}
