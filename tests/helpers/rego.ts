import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { type EvaluatedPolicy, evaluate } from '../../evaluator/evaluate.ts'
import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import { buildOpa } from '../../scripts/policies/opa/build-opa.ts'
import { createPolicy } from './evaluations.ts'

/** Runs opa, which is built first where the cache has none; a missing Go makes that fail, and the test with it. */
export async function runOpa(args: readonly string[], cwd: string): Promise<string> {
  // opa itself has no limits
  const { stdout } = await execa(await buildOpa(() => {}), args, { cwd, timeout: 120_000 })
  return stdout
}

/** Compiles Rego to a module with one entry point; its built-ins may be such as no host offers. */
export async function compileRego(
  rego: string,
  entryPoint: string,
  flags: readonly string[] = [],
): Promise<Uint8Array> {
  return await inFolder(async (folder) => {
    writeFileSync(join(folder, 'policy.rego'), rego)
    await runOpa(['build', '-t', 'wasm', '-e', entryPoint, ...flags, '-o', 'bundle.tar.gz', 'policy.rego'], folder)
    await execa('tar', ['xzf', 'bundle.tar.gz', '/policy.wasm'], { cwd: folder })
    return readFileSync(join(folder, 'policy.wasm'))
  })
}

/** A policy written in Rego, compiled and annotated. */
export async function buildRegoPolicy(
  executionMode: 'opa' | 'gatekeeper',
  rego: string,
  options: Parameters<typeof createPolicy>[1] = {},
): Promise<EvaluatedPolicy> {
  const module = await compileRego(rego, executionMode === 'opa' ? 'policy/main' : 'policy/violation')
  return await createPolicy(embedMetadata(module, { mutating: true, executionMode }), options)
}

/** What opa itself says of a rule, without the compiler to Wasm. */
export async function evaluateWithOpa(rego: string, reference: string, input: unknown): Promise<unknown> {
  return await inFolder(async (folder) => {
    writeFileSync(join(folder, 'policy.rego'), rego)
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input))
    const answer = await runOpa(['eval', '-f', 'json', '-d', 'policy.rego', '-i', 'input.json', reference], folder)
    const { result } = JSON.parse(answer) as { result?: { expressions: { value: unknown }[] }[] }
    return result?.[0]?.expressions[0]?.value
  })
}

/** What the same rule says when it is compiled and asked through our host. The rule is `policy.values`. */
export async function evaluateWithHost(rego: string, input: unknown): Promise<unknown> {
  const wrapped = `${rego}\nmain := {"response": {"allowed": true, "status": {"message": json.marshal(values)}}}`
  const policy = await buildRegoPolicy('opa', wrapped, { memoryLimitBytes: 256 * 1024 * 1024 })
  const json = new Uint8Array(Buffer.from(JSON.stringify(input)))
  const { allowed, status } = evaluate(policy, { uid: '', json, isRaw: true }, () => {})
  if (!allowed) throw new Error(status?.message)
  return JSON.parse(status?.message ?? 'null')
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rego-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
