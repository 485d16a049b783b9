import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import { messageOf } from '../errors.ts'
import type { Problem } from '../problems.ts'

/** One YAML document, and where in its file every field stands. */
export interface YamlDocument {
  readonly file: string
  readonly value: unknown
  /** The 1-based line of a field, or of the nearest field around it that exists. */
  lineOf(path: readonly PropertyKey[]): number
}

/** What a file holds: its documents, and what YAML itself finds wrong with them. */
export interface YamlFile {
  readonly documents: readonly YamlDocument[]
  readonly problems: readonly Problem[]
}

/** Where numbers are kept as they are written: below every key `settings`, or everywhere. */
export type ExactNumbers = 'in-settings' | 'everywhere'

/**
 * Reads all YAML documents of a text; JSON is YAML. Where they are kept, numbers that JavaScript would write differently
 * (above 2^53, `1.0`) become `JSON.rawJSON`, so that `JSON.stringify` gives a policy what stands in the file.
 */
export function parseYaml(file: string, text: string, exact: ExactNumbers = 'in-settings'): YamlFile {
  const lines = new LineCounter()
  const documents: YamlDocument[] = []
  const problems: Problem[] = []
  const lineAt = (offset: number) => lines.linePos(offset).line
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const errors = [...document.errors, ...keepNumbers(document, exact)]
    problems.push(...errors.map(({ message, pos }) => ({ file, line: lineAt(pos[0]), message })))
    if (errors.length > 0 || isEmpty(document.contents)) continue
    try {
      const value: unknown = document.toJS()
      documents.push({ file, value, lineOf: (path) => lineAt(offsetOf(document.contents, path)) })
    } catch (error) {
      // more aliases than any honest file has
      problems.push({ file, line: lineAt(offsetOf(document.contents, [])), message: messageOf(error) })
    }
  }
  return { documents, problems }
}

const isEmpty = (contents: Node | null) => contents === null || (isScalar(contents) && contents.value === null)

// The place of the last key on the path that is written in the file.
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const key of path) {
    const found = isMap(node)
      ? node.items.find((pair) => (isScalar(pair.key) ? String(pair.key.value) === String(key) : false))
      : undefined
    node = isSeq(node) ? node.items[Number(key)] : found?.value
    const place = (found?.key ?? node) as Node | null | undefined
    if (!place?.range) break
    offset = place.range[0]
  }
  return offset
}

interface Mistake {
  readonly message: string
  readonly pos: readonly [number, ...number[]]
}

function keepNumbers(document: Document, exact: ExactNumbers): Mistake[] {
  const mistakes: Mistake[] = []
  visit(document, {
    Scalar(_key, node, ancestors) {
      if (typeof node.value !== 'number' || !(exact === 'everywhere' || ancestors.some(isSettingsPair))) return
      const source = node.source ?? ''
      if (!Number.isFinite(node.value))
        mistakes.push({ message: `JSON has no number ${source}`, pos: [node.range?.[0] ?? 0] })
      else if (source !== String(node.value) && isJsonNumber(source)) node.value = JSON.rawJSON(source)
    },
  })
  return mistakes
}

const isSettingsPair = (node: unknown) => isPair(node) && isScalar(node.key) && node.key.value === 'settings'

const isJsonNumber = (text: string) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)
