import { RE2JS } from 're2js'
import { NotDefined } from '../builtins/builtin.ts'

/** A part of a template: text that is meant as it is, or a regular expression. */
export interface TemplatePart {
  readonly text: string
  readonly isPattern: boolean
}

/** Takes `urn:{[a-z]+}` apart at its delimiters, which may be nested. @throws NotDefined when they are not balanced */
export function readTemplate(template: string, open: string, close: string): readonly TemplatePart[] {
  if (Buffer.byteLength(open) !== 1 || Buffer.byteLength(close) !== 1) throw new NotDefined('delimiters are characters')
  const parts: TemplatePart[] = []
  let [depth, from] = [0, 0]
  const addPart = (to: number, isPattern: boolean) => {
    parts.push({ text: template.slice(from, to), isPattern })
    from = to + 1
  }
  for (let at = 0; at < template.length; at++) {
    const step = stepOf(template[at], open, close)
    depth += step
    if (depth < 0) throw new NotDefined('unbalanced delimiters')
    if (step === 1 && depth === 1) addPart(at, false)
    if (step === -1 && depth === 0) addPart(at, true)
  }
  if (depth !== 0) throw new NotDefined('unbalanced delimiters')
  addPart(template.length, false)
  return parts
}

function stepOf(character: string | undefined, open: string, close: string): number {
  if (character === open) return 1
  return character === close ? -1 : 0
}

/** A regular expression for all of a text. */
export function toPattern(parts: readonly TemplatePart[]): string {
  return `^${parts.map(({ text, isPattern }) => (isPattern ? `(${text})` : RE2JS.quote(text))).join('')}$`
}
