import type { BenchObject } from './bench-object.ts'
import { benchPod } from './objects.ts'

/** Nobody writes larger Pods. */
export const MAX_POD_BYTES = 256 * 1024
/** The API server allows 1 MiB of values in a ConfigMap. */
export const MAX_CONFIG_MAP_BYTES = 1024 * 1024

const VARIABLES_PER_CONTAINER = 40
const LINES_PER_VALUE = 400

/** An object of about so many bytes as JSON: a Pod of many containers with many variables, or a ConfigMap of long files. */
export function largeObject(bytes: number, row: string): BenchObject {
  return bytes <= MAX_POD_BYTES ? largePod(bytes, row) : largeConfigMap(bytes, row)
}

function largePod(bytes: number, row: string): BenchObject {
  const pod = benchPod(row)
  const [container = {}] = pod.spec?.containers ?? []
  const rest = { bytes: bytes - sizeOf(pod), perGroup: VARIABLES_PER_CONTAINER, groupBytes: sizeOf(container) }
  const containers = [...fill(rest, variable)]
  return {
    ...pod,
    spec: { containers: containers.map((env, index) => ({ ...container, name: `web-${index}`, env })) },
  }
}

function largeConfigMap(bytes: number, row: string): BenchObject {
  const { metadata } = benchPod(row)
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata } as const
  const files = [...fill({ bytes: bytes - sizeOf(map), perGroup: LINES_PER_VALUE, groupBytes: 0 }, line)]
  return { ...map, data: Object.fromEntries(files.map((lines, index) => [`file-${index}.conf`, lines.join('\n')])) }
}

interface Filling {
  readonly bytes: number
  readonly perGroup: number
  /** What a group takes beside its items. */
  readonly groupBytes: number
}

/** Items in groups, until they are so long as JSON, near enough. */
function* fill<T>({ bytes, perGroup, groupBytes }: Filling, itemOf: (index: number) => T): Generator<T[]> {
  let group: T[] = []
  let left = bytes - groupBytes
  for (let index = 0; left > 0; index++) {
    const item = itemOf(index)
    left -= sizeOf(item) + 1
    group.push(item)
    if (group.length < perGroup && left > 0) continue
    yield group
    left -= groupBytes
    group = []
  }
}

function variable(index: number) {
  return { name: `SETTING_${index}`, value: `postgres://user-${index}@database.example:5432/shop?sslmode=require` }
}

// quotes, so that it is no longer one run of plain characters as JSON
function line(index: number): string {
  return `upstream.${index} = "http://backend-${index}.example:8080/api?retries=3" # weight ${index % 7}`
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length
}
