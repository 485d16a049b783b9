/** What a JSON value is. */
export enum Kind {
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

// Shared by the values that have neither.
const NO_ITEMS: Json[] = []
const NO_MEMBERS = new Map<string, Json>()

/** A JSON value, as it was written: whoever reads it says what it must be. */
export class Json {
  /** A string without its escapes, a number as it was written, or `true`. */
  text: string = ''
  items: Json[] = NO_ITEMS
  members: Map<string, Json> = NO_MEMBERS

  constructor(public readonly kind: Kind) {}

  get isTrue(): bool {
    return this.kind == Kind.Boolean && this.text == 'true'
  }

  /** A member; null where there is none, and where it is JSON's null. */
  get(name: string): Json | null {
    if (!this.members.has(name)) return null
    const member = this.members.get(name)
    return member.kind == Kind.Null ? null : member
  }
}

/** Reads JSON. What is not JSON traps, so that the host denies. */
export function parseJson(text: string): Json {
  const reader = new Reader(text)
  const value = reader.readValue()
  reader.readEnd()
  return value
}

/** Writes text as a JSON string. */
export function quote(text: string): string {
  let quoted = '"'
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20) quoted += '\\u' + code.toString(16).padStart(4, '0')
    else if (code == CODE_QUOTE || code == CODE_BACKSLASH) quoted += '\\' + text.charAt(at)
    else quoted += text.charAt(at)
  }
  return quoted + '"'
}

const CODE_QUOTE: i32 = 0x22
const CODE_BACKSLASH: i32 = 0x5c
const LITERALS = ['null', 'true', 'false']
const ESCAPES = '"\\/bfnrt'
const ESCAPED = '"\\/\b\f\n\r\t'
const SPACE = ' \n\r\t'
const NUMBER = '+-.0123456789Ee'

class Reader {
  private at: i32 = 0

  constructor(private readonly source: string) {}

  readValue(): Json {
    const next = this.peek()
    if (next == '{') return this.readObject()
    if (next == '[') return this.readArray()
    if (next == '"') return this.valueOf(Kind.String, this.readString())
    for (let i = 0; i < LITERALS.length; i++) {
      const literal = LITERALS[i]
      if (!this.source.startsWith(literal, this.at)) continue
      this.at += literal.length
      return this.valueOf(i == 0 ? Kind.Null : Kind.Boolean, literal)
    }
    return this.valueOf(Kind.Number, this.readNumber())
  }

  readEnd(): void {
    if (this.peek() != '') this.fail('the end')
  }

  private readObject(): Json {
    const object = new Json(Kind.Object)
    object.members = new Map<string, Json>()
    this.take('{')
    if (this.takeIf('}')) return object
    do {
      if (this.peek() != '"') this.fail('a name')
      const name = this.readString()
      this.take(':')
      object.members.set(name, this.readValue())
    } while (this.takeIf(','))
    this.take('}')
    return object
  }

  private readArray(): Json {
    const array = new Json(Kind.Array)
    array.items = []
    this.take('[')
    if (this.takeIf(']')) return array
    do {
      array.items.push(this.readValue())
    } while (this.takeIf(','))
    this.take(']')
    return array
  }

  private readString(): string {
    let text = ''
    let start = ++this.at
    while (true) {
      if (this.at >= this.source.length) this.fail('the end of a string')
      const code = this.source.charCodeAt(this.at)
      if (code == CODE_QUOTE) break
      if (code != CODE_BACKSLASH) {
        this.at++
        continue
      }
      text += this.source.substring(start, this.at) + this.readEscape()
      start = this.at
    }
    return text + this.source.substring(start, this.at++)
  }

  private readEscape(): string {
    const name = this.source.charAt(this.at + 1)
    this.at += 2
    if (name == 'u') {
      const code = <i32>I32.parseInt(this.source.substr(this.at, 4), 16)
      this.at += 4
      return String.fromCharCode(code)
    }
    const index = name == '' ? -1 : ESCAPES.indexOf(name)
    if (index == -1) this.fail('an escape')
    return ESCAPED.charAt(index)
  }

  private readNumber(): string {
    const start = this.at
    while (this.at < this.source.length && NUMBER.includes(this.source.charAt(this.at))) this.at++
    if (this.at == start) this.fail('a value')
    return this.source.substring(start, this.at)
  }

  private valueOf(kind: Kind, text: string): Json {
    const value = new Json(kind)
    value.text = text
    return value
  }

  // The next character that is no space; empty at the end.
  private peek(): string {
    while (this.at < this.source.length && SPACE.includes(this.source.charAt(this.at))) this.at++
    return this.source.charAt(this.at)
  }

  private take(expected: string): void {
    if (!this.takeIf(expected)) this.fail(expected)
  }

  private takeIf(expected: string): bool {
    if (this.peek() != expected) return false
    this.at++
    return true
  }

  private fail(expected: string): void {
    throw new Error('the payload is not JSON: ' + expected + ' is missing at ' + this.at.toString())
  }
}
