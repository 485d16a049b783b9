import { quoteLikeGo } from '../go/quote.ts'
import { RegoNumber, RegoObject, RegoSet, type RegoValue } from './value.ts'

/** A value as OPA's modules read it back. */
export function writeValue(value: RegoValue): string {
  return write(value, quoteAsJson)
}

/** A value as OPA shows it to people. */
export function showValue(value: RegoValue): string {
  return write(value, quoteLikeGo)
}

// Half a character is what a module gives up on.
const quoteAsJson = (text: string) => JSON.stringify(text.toWellFormed())

function write(value: RegoValue, quote: (text: string) => string): string {
  const parts: string[] = []
  append(value, { parts, quote })
  return parts.join('')
}

interface Output {
  readonly parts: string[]
  readonly quote: (text: string) => string
}

function append(value: RegoValue, output: Output): void {
  if (typeof value === 'string') output.parts.push(output.quote(value))
  else if (value === null || typeof value === 'boolean') output.parts.push(String(value))
  else if (value instanceof RegoNumber) output.parts.push(value.text)
  else if (value instanceof RegoObject) appendObject(value, output)
  else if (value instanceof RegoSet) appendSet(value, output)
  else appendList('[]', value, output)
}

function appendObject({ entries }: RegoObject, output: Output): void {
  output.parts.push('{')
  for (const [index, [key, value]] of entries.entries()) {
    if (index > 0) output.parts.push(', ')
    append(key, output)
    output.parts.push(': ')
    append(value, output)
  }
  output.parts.push('}')
}

function appendSet({ members }: RegoSet, output: Output): void {
  if (members.length === 0) output.parts.push('set()')
  else appendList('{}', members, output)
}

function appendList(brackets: string, members: readonly RegoValue[], output: Output): void {
  output.parts.push(brackets.slice(0, 1))
  for (const [index, member] of members.entries()) {
    if (index > 0) output.parts.push(', ')
    append(member, output)
  }
  output.parts.push(brackets.slice(1))
}
