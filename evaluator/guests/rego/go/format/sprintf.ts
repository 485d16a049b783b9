import { limitCharacters } from '../../builtins/limits.ts'
import { createDirective, type Directive } from './directive.ts'
import { type Argument, formatArgument, showWithType } from './format-argument.ts'

/** `fmt.Sprintf`, for the arguments that Rego has. https://pkg.go.dev/fmt */
export function sprintf(format: string, args: readonly Argument[]): string {
  return new Printer(format, args).print()
}

// As in Go.
const MAX_SIZE = 1_000_000

class Printer {
  readonly #format: string
  readonly #args: readonly Argument[]
  readonly #parts: string[] = []
  #length = 0
  #position = 0
  #next = 0
  /** The format chose arguments by their numbers. */
  #reordered = false
  /** What a number in brackets asked for is not there. */
  #badIndex = false
  #afterIndex = false

  constructor(format: string, args: readonly Argument[]) {
    this.#format = format
    this.#args = args
  }

  print(): string {
    while (this.#position < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#position)
      const end = percent === -1 ? this.#format.length : percent
      this.#emit(this.#format.slice(this.#position, end))
      this.#position = end + 1
      if (percent !== -1) this.#directive()
    }
    if (!this.#reordered && this.#next < this.#args.length) {
      const extra = this.#args.slice(this.#next).map((arg) => showWithType(arg))
      this.#emit(`%!(EXTRA ${extra.join(', ')})`)
    }
    return this.#parts.join('')
  }

  #directive(): void {
    const directive = createDirective()
    this.#badIndex = false
    this.#afterIndex = false
    this.#flags(directive)
    this.#index()
    this.#width(directive)
    this.#precision(directive)
    if (!this.#afterIndex) this.#index()
    this.#verb(directive)
  }

  #flags(directive: Directive): void {
    for (; ; this.#position += 1) {
      switch (this.#format[this.#position]) {
        case '#':
          directive.sharp = true
          break
        case '0':
          directive.zero = true
          break
        case '+':
          directive.plus = true
          break
        case '-':
          directive.minus = true
          break
        case ' ':
          directive.space = true
          break
        default:
          return
      }
    }
  }

  #width(directive: Directive): void {
    if (this.#take('*')) {
      directive.width = this.#sizeArgument('%!(BADWIDTH)')
      if (directive.width !== undefined && directive.width < 0) {
        directive.width = -directive.width
        directive.minus = true
        directive.zero = false
      }
      this.#afterIndex = false
      return
    }
    directive.width = this.#number()
    // "%[3]2d"
    if (this.#afterIndex && directive.width !== undefined) this.#badIndex = true
  }

  #precision(directive: Directive): void {
    if (!this.#take('.')) return
    // "%[3].2d"
    if (this.#afterIndex) this.#badIndex = true
    this.#index()
    if (this.#take('*')) {
      const precision = this.#sizeArgument('')
      if (precision === undefined || precision < 0) this.#emit('%!(BADPREC)')
      else directive.precision = precision
      this.#afterIndex = false
      return
    }
    directive.precision = this.#number() ?? 0
  }

  #verb(directive: Directive): void {
    const code = this.#format.codePointAt(this.#position)
    const verb = code === undefined ? '' : String.fromCodePoint(code)
    this.#position += verb.length
    this.#emit(this.#formatVerb({ ...directive, verb }))
  }

  #formatVerb(directive: Directive): string {
    const { verb } = directive
    if (verb === '') return '%!(NOVERB)'
    if (verb === '%') return '%'
    if (this.#badIndex) return `%!${verb}(BADINDEX)`
    const arg = this.#args[this.#next]
    if (arg === undefined) return `%!${verb}(MISSING)`
    this.#next += 1
    return formatArgument(arg, directive)
  }

  // `[3]` before a width, a precision or a verb
  #index(): void {
    if (this.#format[this.#position] !== '[') return
    this.#reordered = true
    const close = this.#format.indexOf(']', this.#position)
    const text = close === -1 ? '' : this.#format.slice(this.#position + 1, close)
    this.#position = close === -1 ? this.#position + 1 : close + 1
    const index = /^\d{1,7}$/.test(text) ? Number(text) : 0
    if (index < 1 || index > this.#args.length) {
      this.#badIndex = true
      return
    }
    this.#next = index - 1
    this.#afterIndex = true
  }

  #sizeArgument(complaint: string): number | undefined {
    const arg = this.#args[this.#next]
    if (arg !== undefined) this.#next += 1
    const size = typeof arg === 'bigint' ? Number(arg) : Number.NaN
    if (Number.isInteger(size) && Math.abs(size) <= MAX_SIZE) return size
    this.#emit(complaint)
    return undefined
  }

  #number(): number | undefined {
    const digits = /\d*/y
    digits.lastIndex = this.#position
    const text = digits.exec(this.#format)?.[0] ?? ''
    this.#position += text.length
    const number = Number(text)
    if (text === '' || number > MAX_SIZE) return undefined
    return number
  }

  #take(character: string): boolean {
    if (this.#format[this.#position] !== character) return false
    this.#position += 1
    return true
  }

  #emit(text: string): void {
    this.#length += text.length
    limitCharacters(this.#length)
    this.#parts.push(text)
  }
}
