import fc from 'fast-check'
import t from 'tap'
import { readManifest } from '../../../artifacts/registry/manifest.ts'
import { isGatehouseError } from '../../../util/errors.ts'

const OCI = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const WASM = 'application/vnd.wasm.content.layer.v1+wasm'
const digest = `sha256:${'a'.repeat(64)}`
const config = { mediaType: 'application/vnd.wasm.config.v1+json', digest, size: 2 }
const layer = { mediaType: WASM, digest, size: 8 }
const manifest = { schemaVersion: 2, mediaType: OCI, config, layers: [layer] }

const read = (value: unknown, contentType?: string) =>
  readManifest('x', new TextEncoder().encode(JSON.stringify(value)), contentType)

t.test('a manifest leads to its Wasm layer, an index to its manifest, in the words of OCI and of Docker', async (t) => {
  t.strictSame(read(manifest), { layer })
  t.strictSame(read({ ...manifest, mediaType: undefined }, `${OCI}; charset=utf-8`), { layer })
  t.strictSame(read({ ...manifest, mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }), { layer })
  t.strictSame(read({ ...manifest, layers: [{ ...layer, mediaType: 'text/plain' }, layer] }), { layer })
  t.strictSame(read(manifest, 'application/json'), { layer })
  const inner = { mediaType: OCI, digest, size: 300 }
  t.strictSame(read({ schemaVersion: 2, mediaType: INDEX, manifests: [inner] }), { manifest: inner })
})

t.test('everything else is refused with the reason', async (t) => {
  const rows: [unknown, RegExp, string?][] = [
    [[], /x is not a JSON object/],
    [{ ...manifest, schemaVersion: 1 }, /x has schemaVersion 1/],
    [{ ...manifest, mediaType: undefined }, /x has no media type/],
    [{ ...manifest, mediaType: 'text/plain' }, /x is a text\/plain; must be an image manifest or an index/],
    [manifest, /x is served as .*index.*, but calls itself .*manifest/, INDEX],
    [{ ...manifest, manifests: [] }, /x is a manifest and an index at once/],
    [{ ...manifest, layers: [layer, layer] }, /x has 2 layers of .*; must have one/],
    [
      { ...manifest, layers: [{ ...layer, mediaType: 'application/wasm' }] },
      /has 0 layers .*its layers: application\/wasm/,
    ],
    [{ ...manifest, layers: [] }, /its layers: none/],
    [{ ...manifest, layers: {} }, /x has no list of layers/],
    [{ ...manifest, layers: [{ ...layer, size: -1 }] }, /names in layers something without/],
    [{ ...manifest, layers: [{ ...layer, size: '8' }] }, /names in layers something without/],
    [{ ...manifest, layers: [{ ...layer, digest: 'sha256:../..' }] }, /names in layers something without/],
    [{ ...manifest, config: { ...config, digest: 5 } }, /names in config something without/],
    [
      { schemaVersion: 2, mediaType: INDEX, manifests: [config, config] },
      /x is an index of 2 manifests; must lead to one/,
    ],
    [{ schemaVersion: 2, mediaType: INDEX, manifests: [] }, /x is an index of 0 manifests/],
  ]
  for (const [value, message, contentType] of rows)
    t.throws(() => read(value, contentType), { code: 'ERR_ARTIFACT_INVALID', message }, String(message))
  t.throws(() => readManifest('x', Buffer.from('{'), OCI), { code: 'ERR_ARTIFACT_INVALID', message: /x is not JSON/ })
})

t.test('no document does worse than be refused', async () => {
  const odd = fc.jsonValue()
  const value = fc.oneof(
    odd,
    fc
      .tuple(fc.constantFrom('schemaVersion', 'mediaType', 'config', 'layers', 'manifests'), odd)
      .map(([key, value]) => ({ ...manifest, [key]: value })),
  )
  fc.assert(
    fc.property(value, (value) => {
      try {
        read(value)
      } catch (error) {
        if (!isGatehouseError(error, 'ERR_ARTIFACT_INVALID')) throw error
      }
    }),
  )
})
