import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type EvaluationRequest, parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import { optimizeAnswersEarly, optimizeGuestsEarly } from '../../shim/optimize-early.ts'
import { packageRoot } from '../../util/package-root.ts'
import { isRecord } from '../../util/record.ts'

/** A policy of `policies/`, and a request that it is asked about. */
export interface Sample {
  readonly policy: EvaluatedPolicy
  readonly request: EvaluationRequest
}

const MEMORY_LIMIT_BYTES = FLAG_DEFAULTS.memoryLimitMib * 1024 * 1024

/** Every sample policy that has requests beside it, with the first of them and its example settings. */
export async function loadSamples(): Promise<Sample[]> {
  // as a shim does
  optimizeGuestsEarly()
  optimizeAnswersEarly()
  const folder = join(packageRoot(), 'policies')
  const names = globSync('*/policy.wasm', { cwd: folder }).map((path) => path.slice(0, path.indexOf('/')))
  const samples = await Promise.all(names.sort().map((name) => loadSample(join(folder, name), name)))
  return samples.filter((sample) => sample !== undefined)
}

async function loadSample(folder: string, name: string): Promise<Sample | undefined> {
  const [fixture] = globSync('fixtures/*.json', { cwd: folder }).sort()
  if (fixture === undefined) return undefined
  const source = join(folder, 'policy.wasm')
  const compiled = await compilePolicyModule(await readFile(source), { memoryLimitBytes: MEMORY_LIMIT_BYTES, source })
  const isRaw = compiled.metadata?.policyType === 'raw'
  const settings: unknown = parse(await readFile(join(folder, 'settings.yml'), 'utf8'))
  return {
    policy: {
      id: name,
      module: compiled.module,
      settings: Buffer.from(JSON.stringify(settings ?? {})),
      hostCapabilities: [],
      contextAwareResources: [],
    },
    request: readRequest(await readFile(join(folder, fixture)), isRaw),
  }
}

function readRequest(text: Buffer, isRaw: boolean): EvaluationRequest {
  const value: unknown = JSON.parse(text.toString())
  const isReview = isRecord(value) && isRecord(value['request'])
  const body = isReview ? text : Buffer.concat([Buffer.from('{"request":'), text, Buffer.from('}')])
  return isRaw ? parseRawReview(body) : parseAdmissionReview(body)
}
