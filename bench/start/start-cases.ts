import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../../artifacts/digest.ts'
import { ModuleStore } from '../../artifacts/store/module-store.ts'
import { packageRoot } from '../../util/package-root.ts'
import { markModule } from '../mark-module.ts'
import { swellModule } from '../memory/swell-module.ts'
import { requireLabels } from '../policies.ts'

/** What a shim is started with. */
export interface StartCase {
  readonly name: string
  readonly policiesFile: string
  readonly policies: number
}

/** Cases on disk, and the store that holds their modules. */
export interface WrittenCases {
  readonly store: string
  readonly cases: readonly StartCase[]
}

const POLICIES = 13
const LARGE_BYTES = 20_000_000
/** Nobody answers there, and nobody is asked: the store has them all. https://www.rfc-editor.org/rfc/rfc2606#section-2 */
const REGISTRY = 'registry://registry.invalid/start'
const { settings } = requireLabels('app', 'version')
const LARGE_SETTINGS = { allowed_domains: ['example.org'] }

/** Puts modules into a store, and writes a policies file for each case. */
export async function writeCases(folder: string): Promise<WrittenCases> {
  const store = join(folder, 'store')
  const modules = new ModuleStore(store)
  const put = async (name: string, bytes: Uint8Array) => {
    const url = `${REGISTRY}/${name}:v1`
    await modules.put(url, { bytes, digest: digestOf(bytes) })
    return url
  }
  const small = await readFile(moduleOf('require-labels'))
  const distinct: object[] = []
  for (let number = 1; number <= POLICIES; number++) {
    distinct.push({ module: await put(`policy-${number}`, markModule(small, `policy ${number}`)), settings })
  }
  const large = await put('large', swellModule(await readFile(moduleOf('ingress-tls')), LARGE_BYTES))
  const write = async (name: string, policies: readonly object[]): Promise<StartCase> => {
    const policiesFile = join(folder, `${name.replaceAll(' ', '-')}.yml`)
    // JSON is YAML
    const named = Object.fromEntries(policies.map((policy, index) => [`policy-${index + 1}`, policy]))
    await writeFile(policiesFile, JSON.stringify(named))
    return { name, policiesFile, policies: policies.length }
  }
  await mkdir(folder, { recursive: true })
  return {
    store,
    cases: [
      await write('no policies', []),
      await write('13 of one module', Array<object>(POLICIES).fill(distinct[0] ?? {})),
      await write(DISTINCT, distinct),
      await write('12 and one of 20 MB', [...distinct.slice(1), { module: large, settings: LARGE_SETTINGS }]),
    ],
  }
}

/** The case that the goal is about. */
export const DISTINCT = '13 distinct'

function moduleOf(sample: string): string {
  return join(packageRoot(), 'policies', sample, 'policy.wasm')
}
