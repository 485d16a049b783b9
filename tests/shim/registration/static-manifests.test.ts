import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { staticWebhookConfigurations } from '../../../plugin/static-manifests.ts'
import {
  areStaticManifests,
  createStaticManifests,
  replaceStaticManifests,
  staticManifestTexts,
} from '../../../shim/registration/static-manifests.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]

function configure(...ids: string[]) {
  const policies = ids.map((id) => ({ id, mutating: id.startsWith('m'), rules }))
  const client = { host: 'admission.gatehouse.internal' }
  return staticWebhookConfigurations({ policies, client, caBundle: '-----BEGIN CERTIFICATE-----' })
}

t.test('a folder for each kind, one file in it, and nothing beside them', async (t) => {
  const parent = t.testdir({ 'manifests.draft': { rubbish: 'of a start that was cut off' } })
  const folder = join(parent, 'manifests')
  await createStaticManifests(folder, configure('a', 'm'))
  t.same(readdirSync(parent), ['manifests'])
  t.same(readdirSync(folder, { recursive: true }).sort(), [
    'mutating',
    'mutating/gatehouse.yaml',
    'validating',
    'validating/gatehouse.yaml',
  ])
  t.equal(parse(readFileSync(join(folder, 'mutating/gatehouse.yaml'), 'utf8')).webhooks.length, 1)
})

t.test('the file of a kind without policies goes, its folder stays, and nothing of a draft is left', async (t) => {
  const folder = join(t.testdir(), 'manifests')
  await createStaticManifests(folder, configure('a', 'm'))
  t.equal(await areStaticManifests(folder, configure('a', 'm')), true)
  t.equal(await areStaticManifests(folder, configure('b')), false)
  t.same(await replaceStaticManifests(folder, configure('b')), [join(folder, 'validating/gatehouse.yaml')])
  t.equal(await areStaticManifests(folder, configure('b')), true)
  t.same(readdirSync(folder, { recursive: true }).sort(), ['mutating', 'validating', 'validating/gatehouse.yaml'])
  t.equal(
    readFileSync(join(folder, 'validating/gatehouse.yaml'), 'utf8'),
    staticManifestTexts(configure('b')).validating,
  )
})

t.test('a file that somebody has changed is seen', async (t) => {
  const folder = join(t.testdir(), 'manifests')
  await createStaticManifests(folder, configure('a'))
  writeFileSync(join(folder, 'mutating/gatehouse.yaml'), '')
  t.equal(await areStaticManifests(folder, configure('a')), false)
})
