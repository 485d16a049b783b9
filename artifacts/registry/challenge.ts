/** One way to authenticate that a server offers. */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+"
const PARAMETER = new RegExp(`(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, 'y')
const SCHEME = new RegExp(`(${TOKEN})(?=\\s|,|$)`, 'y')
const TOKEN68 = /[\w.~+/-]+=*(?=\s*(?:,|$))/y
const SPACE = /[\s,]*/y

/**
 * Reads `WWW-Authenticate`, which may hold several challenges; of what is malformed, the rest is left out.
 * https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  const take = takerOf(header)
  for (;;) {
    take(SPACE)
    const parameter = take(PARAMETER)
    if (parameter !== undefined) {
      const [, name = '', quoted, plain] = parameter
      const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? ''
      challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
      continue
    }
    const scheme = take(SCHEME)
    if (scheme === undefined && take(TOKEN68) === undefined) return challenges
    if (scheme?.[1] !== undefined) challenges.push({ scheme: scheme[1].toLowerCase(), parameters: new Map() })
  }
}

function takerOf(text: string): (pattern: RegExp) => RegExpExecArray | undefined {
  let position = 0
  return (pattern) => {
    pattern.lastIndex = position
    const match = pattern.exec(text) ?? undefined
    position += match?.[0].length ?? 0
    return match
  }
}
