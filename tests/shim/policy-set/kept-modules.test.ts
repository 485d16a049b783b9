import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { compilePolicyModule } from '../../../evaluator/module/compile.ts'
import { contentOf, type ModuleContent } from '../../../shim/modules/module-content.ts'
import { KeptModules } from '../../../shim/policy-set/kept-modules.ts'
import { ModuleCompiler } from '../../../shim/policy-set/module-compiler.ts'
import { packageRoot } from '../../../util/package-root.ts'

const memoryLimitBytes = 16 * 1024 * 1024
const bytes = readFileSync(join(packageRoot(), 'policies/pod-privileged/policy.wasm'))
const content = contentOf(bytes)
const as = { digest: content.digest, memoryLimitBytes }

/** A content that must not be read, since what it was turned into is known. */
const unread: ModuleContent = { digest: content.digest, read: () => Promise.reject(new Error('the bytes were read')) }

async function keepOne(
  t: Test,
): Promise<{ readonly folder: string; readonly kept: KeptModules; readonly file: string }> {
  const folder = join(t.testdir(), 'modules')
  const kept = new KeptModules(folder, 'v1')
  const { module, bytes: written } = await compilePolicyModule(bytes, { memoryLimitBytes, source: 'a module' })
  const { module: _, ...facts } = module
  await kept.keep(as, { bytes: written, facts })
  return { folder, kept, file: join(folder, readdirSync(folder)[0] ?? '') }
}

const compile = (kept: KeptModules, from: ModuleContent = unread) =>
  new ModuleCompiler({ memoryLimitBytes, compiled: [], kept }).compile(from, 'a module')

t.test('what was prepared once is not prepared again, and is the same', async (t) => {
  const { kept } = await keepOne(t)
  const { module, ...facts } = await compile(kept)
  const fresh = await compilePolicyModule(bytes, { memoryLimitBytes, source: 'a module' })
  const { module: expected, ...expectedFacts } = fresh.module
  t.strictSame(facts, expectedFacts)
  t.strictSame(WebAssembly.Module.exports(module), WebAssembly.Module.exports(expected))
  t.ok(facts.restorable, 'the sample is one that is rewritten')
})

t.test('a file that is broken anywhere is prepared anew', async (t) => {
  const { kept, file } = await keepOne(t)
  const whole = readFileSync(file)
  for (const at of [0, 33, 40, 400, whole.length - 1]) {
    const broken = Buffer.from(whole)
    broken[at] = (broken[at] ?? 0) ^ 1
    writeFileSync(file, broken)
    t.equal(await kept.find(as), undefined, `byte ${at}`)
  }
  for (const length of [0, 31, 34, 100]) {
    writeFileSync(file, whole)
    truncateSync(file, length)
    t.equal(await kept.find(as), undefined, `${length} bytes`)
  }
  t.equal((await compile(kept, content)).digest, content.digest)
})

t.test('another module, limit or version of ours finds nothing', async (t) => {
  const { folder, kept } = await keepOne(t)
  t.equal(await kept.find({ ...as, digest: 'sha256:00' }), undefined)
  t.equal(await kept.find({ ...as, memoryLimitBytes: memoryLimitBytes * 2 }), undefined)
  t.equal(await new KeptModules(folder, 'v2').find(as), undefined)
  t.not(await kept.find(as), undefined)
})

t.test('where nothing can be written, modules are served all the same', async (t) => {
  const kept = new KeptModules('/proc/modules-of-ours', 'v1')
  t.equal((await compile(kept, content)).digest, content.digest)
  await kept.keep(as, { bytes: new Uint8Array(), facts: await compile(kept, content) })
  t.equal(await kept.find(as), undefined)
})

t.test('the least lately used ones go when there are too many', async (t) => {
  const { folder, kept } = await keepOne(t)
  const found = await kept.find(as)
  if (found === undefined) throw new Error('it was kept')
  for (let limit = 1; limit <= 100; limit++) await kept.keep({ ...as, memoryLimitBytes: limit }, found)
  t.equal(readdirSync(folder).length, 100)
  t.not(await kept.find({ ...as, memoryLimitBytes: 100 }), undefined)
})
