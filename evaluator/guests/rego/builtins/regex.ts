import { RE2JS } from 're2js'
import { expandTemplate } from '../go/expand-template.ts'
import { globsIntersect } from '../go/glob-intersection.ts'
import { readTemplate, toPattern } from '../go/regex-template.ts'
import type { RegoArray } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { limitCharacters, limitMembers } from './limits.ts'
import { countAt, textAt } from './operands.ts'

/** RE2, as in OPA: time in proportion to the text. https://www.openpolicyagent.org/docs/policy-reference/builtins/regex */
export const REGEX: Builtins = {
  'regex.split': (args) => split(compile(textAt(args, 0)), textAt(args, 1)),
  'regex.find_n': (args) => {
    const [pattern, text, limit] = [compile(textAt(args, 0)), textAt(args, 1), countAt(args, 2)]
    return findAll(pattern, text, limit).map(({ start, end }) => text.slice(start, end))
  },
  'regex.template_match': (args) => templateAt(args).test(textAt(args, 1)),
  'regex.replace': (args) => replace(textAt(args, 0), compile(textAt(args, 1)), textAt(args, 2)),
  'regex.globs_match': (args) => globsIntersect(textAt(args, 0), textAt(args, 1)) ?? refuse('not a glob'),
}

// For one thread, whatever its policies use. Each takes up to some 10 MB of heap for the states that it has been in.
const MAX_KEPT = 20
const MAX_PATTERN_CHARACTERS = 10_000
const kept = new Map<string, RE2JS>()

function compile(pattern: string): RE2JS {
  const known = kept.get(pattern)
  if (known !== undefined) return known
  if (pattern.length > MAX_PATTERN_CHARACTERS) limitCharacters(Number.POSITIVE_INFINITY)
  if (kept.size >= MAX_KEPT) kept.clear()
  const compiled = tryCompile(pattern)
  kept.set(pattern, compiled)
  return compiled
}

function tryCompile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch {
    return refuse('not a regular expression')
  }
}

interface Match {
  readonly start: number
  readonly end: number
  readonly group: (name: string | number) => string
}

// As Go's `FindAll`: an empty match right behind another match is none.
function findAll(pattern: RE2JS, text: string, limit: number): Match[] {
  const matches: Match[] = []
  const matcher = pattern.matcher(text)
  let previousEnd = -1
  while ((limit < 0 || matches.length < limit) && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (start === end && start === previousEnd) continue
    previousEnd = end
    const groups = new Map<string | number, string>()
    matches.push({ start, end, group: (name) => groups.get(name) ?? '' })
    keepGroups(matcher, pattern, groups)
    limitMembers(matches.length)
  }
  return matches
}

function keepGroups(matcher: ReturnType<RE2JS['matcher']>, pattern: RE2JS, groups: Map<string | number, string>): void {
  for (let index = 0; index <= pattern.groupCount(); index++) groups.set(index, matcher.group(index) ?? '')
  for (const [name, index] of Object.entries(pattern.namedGroups())) groups.set(name, matcher.group(index) ?? '')
}

// https://pkg.go.dev/regexp#Regexp.Split with no limit
function split(pattern: RE2JS, text: string): string[] {
  if (text === '' && pattern.pattern() !== '') return ['']
  const parts: string[] = []
  let [start, end] = [0, 0]
  for (const match of findAll(pattern, text, -1)) {
    end = match.start
    if (match.end !== 0) parts.push(text.slice(start, end))
    start = match.end
  }
  return end === text.length ? parts : [...parts, text.slice(start)]
}

function replace(text: string, pattern: RE2JS, replacement: string): string {
  const parts: string[] = []
  let [at, length] = [0, 0]
  for (const match of findAll(pattern, text, -1)) {
    const expanded = expandTemplate(replacement, match.group)
    length += match.start - at + expanded.length
    limitCharacters(length)
    parts.push(text.slice(at, match.start), expanded)
    at = match.end
  }
  return [...parts, text.slice(at)].join('')
}

// Each of the template's patterns must be one by itself.
function templateAt(args: RegoArray): RE2JS {
  const parts = readTemplate(textAt(args, 0), textAt(args, 2), textAt(args, 3))
  for (const { text, isPattern } of parts) if (isPattern) compile(`^${text}$`)
  return compile(toPattern(parts))
}

function refuse(what: string): never {
  throw new NotDefined(what)
}
