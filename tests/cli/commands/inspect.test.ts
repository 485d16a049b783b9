import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { runCommandLine } from '../../../cli/program.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'

const POLICY = join(packageRoot(), 'policies/pod-privileged/policy.wasm')
const DIGEST = `sha256:${createHash('sha256').update(readFileSync(POLICY)).digest('hex')}`

async function inspect(...args: string[]) {
  const io = createRecordedIo()
  const code = await runCommandLine(['inspect', ...args], io)
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

t.test('people are shown one fact a line', async (t) => {
  const { code, stdout } = await inspect(POLICY)
  t.equal(code, 0)
  t.match(stdout, /^Execution mode +kubewarden-wapc$/m)
  t.match(stdout, /^Mutating +false$/m)
  t.match(
    stdout,
    /^Rules +CREATE, UPDATE of pods, pods\/ephemeralcontainers, replicationcontrollers \(core v1\)\n {8,}CREATE/m,
  )
  t.match(stdout, /^Annotations +io.kubewarden.policy.title: pod-privileged$/m)
  t.match(stdout, new RegExp(`^Digest +${DIGEST}$`, 'm'))
  t.match(stdout, /^Size +[\d.]+ KiB$/m)
  t.match(stdout, /^Imports +wapc \(\d\), wasi_snapshot_preview1 \(\d\)$/m)
})

t.test('scripts are given the metadata under its own keys, and the module beside it', async (t) => {
  const written = parse(readFileSync(join(POLICY, '../metadata.yml'), 'utf8'))
  const json = JSON.parse((await inspect(POLICY, '-o', 'json')).stdout)
  const { module, ...metadata } = json
  t.strictSame(metadata, { protocolVersion: 'v1', ...written })
  t.match(module, { digest: DIGEST, sizeBytes: Number, imports: { wapc: ['__guest_request'] } })
  t.strictSame(parse((await inspect(POLICY, '-o', 'yaml')).stdout), json)
})

t.test('a module without metadata is shown as what it is', async (t) => {
  const path = join(t.testdir(), 'bare.wasm')
  writeFileSync(path, buildGuest('accept', null))
  const { code, stdout } = await inspect(path)
  t.equal(code, 0)
  t.match(stdout, /^Metadata +none: the module is not annotated/m)
  t.match(stdout, /^Imports +wapc \(1\)$/m)
})

t.test('what is no policy is refused by name', async (t) => {
  const folder = t.testdir({ 'text.wasm': 'hello', 'short.wasm': '\0asm\x01\0\0\0\x01' })
  for (const [name, reason] of [
    ['text.wasm', 'text.wasm is not WebAssembly'],
    ['short.wasm', 'short.wasm ends early'],
  ]) {
    const { code, stderr } = await inspect(join(folder, name ?? ''))
    t.equal(code, 3)
    t.match(stderr, `ERR_MODULE_INVALID: ${folder}/${reason}`)
  }
  writeFileSync(join(folder, 'odd.wasm'), buildGuest('accept', []))
  t.match(await inspect(join(folder, 'odd.wasm')), { code: 3, stderr: /ERR_MODULE_METADATA: .* no JSON object/ })
  t.match(await inspect(join(folder, 'none.wasm')), { code: 3, stderr: /ERR_MODULE_SOURCE: .*none\.wasm/ })
  t.equal((await inspect(POLICY, '-o', 'xml')).code, 2)
})
