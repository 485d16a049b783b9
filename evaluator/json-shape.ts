import { decodeString, type JsonNode, type JsonType, type Outline } from '../util/json-scan.ts'
import type { Problem } from '../util/problems.ts'

/** What a JSON value must be: of a type, or an object with known members; `null` counts as absent. */
export type Shape = 'any' | JsonType | ObjectShape
export interface ObjectShape {
  readonly [name: string]: Member
}
export interface Member {
  readonly shape: Shape
  readonly isRequired: boolean
}

export const required = (shape: Shape): Member => ({ shape, isRequired: true })
export const optional = (shape: Shape): Member => ({ shape, isRequired: false })

/** The members that a shape asks for. */
export function outlineOf(shape: Shape): Outline {
  if (typeof shape === 'string') return {}
  return Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, outlineOf(member.shape)]))
}

/** A member that is there and not null. */
export function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  const member = node?.members.get(name)
  return member?.type === 'null' ? undefined : member
}

/** Everything that is not as the shape says; `field` is the path of the node, empty for the whole text. */
export function findShapeProblems(node: JsonNode, shape: Shape, field = ''): Problem[] {
  const problems: Problem[] = []
  collectProblems(node, shape, field, problems)
  return problems
}

// One request is looked at some fifty times, and nearly always nothing is wrong: nothing is built for what is as it should be.
function collectProblems(node: JsonNode, shape: Shape, field: string, problems: Problem[]): void {
  if (shape === 'any') return
  const expected = typeof shape === 'string' ? shape : 'object'
  if (node.type !== expected)
    problems.push(problem(field, `must be ${ARTICLES[expected]}, but is ${ARTICLES[node.type]}`))
  else if (typeof shape !== 'string') collectOfMembers(node, shape, field, problems)
}

function collectOfMembers(node: JsonNode, shape: ObjectShape, field: string, problems: Problem[]): void {
  for (const name in shape) {
    const { shape: inner, isRequired } = shape[name] as Member
    const path = field === '' ? name : `${field}.${name}`
    const member = memberOf(node, name)
    if (member !== undefined) collectProblems(member, inner, path, problems)
    else if (isRequired) problems.push(problem(path, 'is missing'))
  }
}

/** Builds the value of a node that has the shape, without the members that the shape does not know. */
export function readShape(bytes: Uint8Array, node: JsonNode, shape: Shape): unknown {
  if (shape === 'string') return decodeString(bytes, node)
  if (shape === 'boolean') return node.end - node.start === 'true'.length
  if (typeof shape === 'string') return JSON.parse(new TextDecoder().decode(bytes.subarray(node.start, node.end)))
  const value: Record<string, unknown> = {}
  for (const name in shape) {
    const member = memberOf(node, name)
    if (member !== undefined) value[name] = readShape(bytes, member, (shape[name] as Member).shape)
  }
  return value
}

function problem(field: string, message: string): Problem {
  return field === '' ? { message } : { field, message }
}

const ARTICLES: Readonly<Record<JsonType, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
}
