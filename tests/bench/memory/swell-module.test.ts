import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { swellModule } from '../../../bench/memory/swell-module.ts'
import { packageRoot } from '../../../util/package-root.ts'

const sample = (name: string) => readFileSync(join(packageRoot(), 'policies', name, 'policy.wasm'))

t.test('a swollen module is valid, as large as wanted, and offers what it did', async (t) => {
  for (const name of ['require-labels', 'ingress-tls']) {
    const swollen = swellModule(sample(name), 5_000_000)
    t.ok(swollen.length >= 5_000_000 && swollen.length < 8_000_000, name)
    const exportsOf = (bytes: Uint8Array) => WebAssembly.Module.exports(new WebAssembly.Module(Buffer.from(bytes)))
    t.strictSame(exportsOf(swollen), exportsOf(sample(name)))
  }
})

t.test('one that is large enough stays as it is', async (t) => {
  t.equal(Buffer.compare(swellModule(sample('pod-privileged'), 0), sample('pod-privileged')), 0)
})
