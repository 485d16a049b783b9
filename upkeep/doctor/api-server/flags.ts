/** The command line of a kube-apiserver. */
export class Flags {
  readonly #values: readonly (readonly [name: string, value: string])[]

  constructor(args: readonly string[]) {
    this.#values = args.flatMap((arg, index) => {
      const [, name, value] = /^--?([a-z][\w-]*)(?:=(.*))?$/s.exec(arg) ?? []
      if (name === undefined) return []
      const next = args[index + 1]
      return [[name, value ?? (next === undefined || next.startsWith('-') ? 'true' : next)] as const]
    })
  }

  /** The value that counts: of a flag given twice the last one; undefined when it is absent or empty. */
  get(name: string): string | undefined {
    const value = this.#values.findLast(([candidate]) => candidate === name)?.[1]
    return value === '' ? undefined : value
  }

  /** Whether a gate is on or off; undefined when nobody says. Given several times, `--feature-gates` adds up. */
  gate(name: string): boolean | undefined {
    const settings = this.#values.filter(([flag]) => flag === 'feature-gates').flatMap(([, text]) => text.split(','))
    // from 1.33 on a setting may be of one component
    const values = settings.map((setting) =>
      setting
        .trim()
        .replace(/^kube:/, '')
        .split('='),
    )
    const value = values.findLast(([gate]) => gate === name)?.[1]
    return value === undefined ? undefined : /^(1|t|true)$/i.test(value)
  }
}

/**
 * Flags in a file: the manifest of a static Pod, a unit's ExecStart, k3s's `kube-apiserver-arg`, or simply one a line.
 * Whatever looks like a flag is one.
 */
export function parseFlagFile(text: string): Flags {
  let isK3sList = false
  const args = text.split('\n').flatMap((line) => {
    if (/^\s*#/.test(line)) return []
    const [, item] = /^\s*-\s*["']?([a-z][\w-]*=[^"']*)/.exec(line) ?? []
    if (isK3sList && item !== undefined) return [`--${item.trim()}`]
    isK3sList = /kube-apiserver-arg\+?["']?:\s*$/.test(line)
    const k3s = [...line.matchAll(/kube-apiserver-arg\+?["']?[=:\s]+["']?(?:--)?([a-z][\w-]*=[^\s"']*)/g)]
    return k3s.length > 0 ? k3s.map(([, flag]) => `--${flag}`) : findFlags(line)
  })
  return new Flags(args)
}

const FLAG = /(?<![\w-])--([a-z][\w-]*)(?:=("[^"]*"|'[^']*'|[^\s"'\]]*))?/g

function findFlags(line: string): string[] {
  return [...line.matchAll(FLAG)].map(([, name, value]) =>
    value === undefined ? `--${name}` : `--${name}=${value.replace(/^(["'])(.*)\1$/, '$2')}`,
  )
}
