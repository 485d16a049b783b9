import { type JsonNode, type JsonText, type Outline, scanJson } from '../../util/json-scan.ts'
import { parseLossless, refuseTooManyValues } from '../lossless-json.ts'
import { toCelValue } from './json-value.ts'
import { CelMap } from './run/cel-map.ts'
import type { Value } from './run/values.ts'

/** The variables of match conditions, for one request. */
export interface RequestVariables {
  get(name: string): Value | undefined
}

const FIELDS = ['kind', 'subResource', 'requestKind', 'requestSubResource', 'name', 'namespace', 'operation'].concat(
  'userInfo',
  'dryRun',
  'options',
)
const OBJECTS = ['object', 'oldObject']
const OUTLINE: Outline = Object.fromEntries(
  [...FIELDS, ...OBJECTS, 'resource', 'requestResource'].map((name) => [name, {}]),
)

/**
 * Reads the variables from the bytes of an AdmissionRequest, as the API server sends it to webhooks. Fields that are
 * empty are missing in both, so that `has()` and the failure of whoever reads them are the API server's own.
 * @throws JsonSyntaxError, or an Error if there are more values than anybody should hold in memory
 */
export function readRequestVariables(request: Uint8Array): RequestVariables {
  const text = scanJson(request, OUTLINE)
  refuseTooManyValues(text)
  return new ScannedRequest(request, text)
}

// Most conditions ask for the user or the operation only: what nobody asks for is never parsed.
class ScannedRequest implements RequestVariables {
  readonly #bytes: Uint8Array
  readonly #members: ReadonlyMap<string, JsonNode>
  readonly #known = new Map<string, Value>()

  constructor(bytes: Uint8Array, { root }: JsonText) {
    this.#bytes = bytes
    this.#members = root.members
  }

  get(name: string): Value | undefined {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const value = this.#read(name)
    if (value !== undefined) this.#known.set(name, value)
    return value
  }

  #read(name: string): Value | undefined {
    if (OBJECTS.includes(name)) return this.#member(name) ?? null
    if (name === 'request') return this.#request()
    // namespaces are not given to the match conditions of webhooks
    return name === 'namespaceObject' ? null : undefined
  }

  #request(): Value {
    const given = FIELDS.map((name): [Value, Value | undefined] => [name, this.#member(name)])
    // The API server evaluates conditions before it chooses a rule: it knows only the resource that was asked for.
    const resource = this.#member('requestResource') ?? this.#member('resource') ?? null
    return CelMap.of([
      ...given.filter((field): field is [Value, Value] => field[1] !== undefined),
      ['resource', resource],
      ['requestResource', resource],
      // what it has not yet filled in: no id, and the objects only as variables of their own
      ['uid', ''],
      ['object', null],
      ['oldObject', null],
    ])
  }

  #member(name: string): Value | undefined {
    const node = this.#members.get(name)
    return node && toCelValue(parseLossless(this.#bytes.subarray(node.start, node.end)))
  }
}
