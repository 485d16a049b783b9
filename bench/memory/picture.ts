import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../../util/package-root.ts'
import { swellModule } from './swell-module.ts'

const MB = 1_000_000

/** What Kubewarden published its memory with: policies of the sizes of real ones. Where we have none so large, a sample is swollen. */
export const PICTURE = [
  { name: 'signatures', instances: 4, sample: 'require-labels', fixture: 'labelled-configmap', bytes: 5 * MB },
  { name: 'privileged', instances: 5, sample: 'pod-privileged', fixture: 'unprivileged-pod', bytes: 0 },
  { name: 'go', instances: 2, sample: 'ingress-tls', fixture: 'covered-ingress', bytes: 20 * MB },
] as const

/** Policies on disk, and what each is asked under load. */
export interface WrittenPicture {
  readonly policiesFile: string
  /** Of each module once. */
  readonly moduleBytes: number
  readonly questions: readonly { readonly id: string; readonly body: Buffer }[]
}

/** Writes modules and policies file into a folder. */
export async function writePicture(folder: string): Promise<WrittenPicture> {
  const policies: Record<string, object> = {}
  const questions: { id: string; body: Buffer }[] = []
  let moduleBytes = 0
  for (const { name, instances, sample, fixture, bytes } of PICTURE) {
    const source = join(packageRoot(), 'policies', sample)
    const module = join(folder, `${name}.wasm`)
    await writeFile(module, swellModule(await readFile(join(source, 'policy.wasm')), bytes))
    moduleBytes += (await stat(module)).size
    const body = asReview(await readFile(join(source, 'fixtures', `${fixture}.json`), 'utf8'))
    for (let instance = 1; instance <= instances; instance++) {
      const id = `${name}-${instance}`
      policies[id] = { module: pathToFileURL(module).href, settings: SETTINGS[sample] }
      questions.push({ id, body })
    }
  }
  const policiesFile = join(folder, 'policies.yml')
  // JSON is YAML
  await writeFile(policiesFile, JSON.stringify(policies))
  return { policiesFile, moduleBytes, questions }
}

const SETTINGS = {
  'require-labels': { required_labels: ['app', 'version'] },
  'pod-privileged': {},
  'ingress-tls': { allowed_domains: ['example.org'] },
} as const

function asReview(text: string): Buffer {
  const value: { readonly request?: object } = JSON.parse(text)
  return Buffer.from(JSON.stringify(value.request === undefined ? { request: value } : value))
}
